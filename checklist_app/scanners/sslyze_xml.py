"""The XML reports of SSLyze 1 and 2, in the words of the JSON reports of version 3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from checklist_app.domain.findings import MAX_SHORT, clean
from checklist_app.scanners.base import Report
from checklist_app.scanners.xml_text import walk

_PROTOCOLS = {
    "sslv2": "ssl_2_0_cipher_suites",
    "sslv3": "ssl_3_0_cipher_suites",
    "tlsv1": "tls_1_0_cipher_suites",
    "tlsv1_1": "tls_1_1_cipher_suites",
    "tlsv1_2": "tls_1_2_cipher_suites",
    "tlsv1_3": "tls_1_3_cipher_suites",
}
_FLAGS = (
    ("compression/compressionMethod", "isSupported", "tls_compression", "supports_compression"),
    ("fallback/tlsFallbackScsv", "isSupported", "tls_fallback_scsv", "supports_fallback_scsv"),
    (
        "heartbleed/openSslHeartbleed",
        "isVulnerable",
        "heartbleed",
        "is_vulnerable_to_heartbleed",
    ),
    (
        "openssl_ccs/openSslCcsInjection",
        "isVulnerable",
        "openssl_ccs_injection",
        "is_vulnerable_to_ccs_injection",
    ),
    (
        "reneg/sessionRenegotiation",
        "isSecure",
        "session_renegotiation",
        "supports_secure_renegotiation",
    ),
    (
        "reneg/sessionRenegotiation",
        "canBeClientInitiated",
        "session_renegotiation",
        "accepts_client_renegotiation",
    ),
)
_VALID = "ok"


def read_document(report: Report) -> dict[str, Any]:
    """Return an XML report as the document of a JSON report."""
    found: dict[str, Any] = {"server_scan_results": [], "server_connectivity_errors": []}
    for event, element in walk(report):
        if event == "start":
            if element.tag == "document":
                found["sslyze_version"] = element.get("SSLyzeVersion")
        elif element.tag == "target":
            found["server_scan_results"].append(_target(element))
            element.clear()
        elif element.tag == "invalidTarget":
            error = {"server_string": element.text, "error_message": element.get("error")}
            found["server_connectivity_errors"].append(error)
    return found


def _target(target: Element) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for path, attribute, command, name in _FLAGS:
        found = target.find(path)
        value = None if found is None else found.get(attribute)
        if value in ("True", "False"):
            results.setdefault(command, {})[name] = value == "True"
    robot = target.find("robot/robotAttack")
    if robot is not None:
        results["robot"] = {"robot_result": robot.get("resultEnum")}
    for tag, command in _PROTOCOLS.items():
        protocol = target.find(tag)
        if protocol is not None and "exception" not in protocol.attrib:
            suites = protocol.iterfind("acceptedCipherSuites/cipherSuite")
            accepted = [{"cipher_suite": {"name": suite.get("name")}} for suite in suites]
            results[command] = {"accepted_cipher_suites": accepted}
    certinfo = target.find("certinfo")
    if certinfo is not None and "exception" not in certinfo.attrib:
        results["certificate_info"] = {"certificate_deployments": [_deployment(certinfo)]}
    port = clean(target.get("port"), 10)
    return {
        "server_info": {
            "server_location": {
                "hostname": target.get("host"),
                "ip_address": target.get("ip"),
                "port": int(port) if port.isdecimal() else None,
            }
        },
        "scan_commands_results": results,
        "scan_commands_errors": {
            _PROTOCOLS.get(child.tag, child.tag): {"reason": child.get("exception")}
            for child in target
            if "exception" in child.attrib
        },
    }


def _deployment(certinfo: Element) -> dict[str, Any]:
    leaf = certinfo.find("receivedCertificateChain/certificate")
    validation = certinfo.find("certificateValidation")
    found: dict[str, Any] = {"received_certificate_chain": [_certificate(leaf)]}
    received = certinfo.find("receivedCertificateChain")
    if received is not None:
        found["received_chain_has_valid_order"] = _flag(received.get("isChainOrderValid"))
    if validation is not None:
        host = validation.find("hostnameValidation")
        matches = None if host is None else host.get("certificateMatchesServerHostname")
        found["leaf_certificate_subject_matches_hostname"] = _flag(matches)
        found["path_validation_results"] = list(_paths(validation))
        verified = validation.find("verifiedCertificateChain")
        if verified is not None:
            signed = _flag(verified.get("hasSha1SignedCertificate"))
            found["verified_chain_has_sha1_signature"] = signed
    return found


def _flag(value: str | None) -> bool | None:
    return {"True": True, "False": False}.get(value or "")


def _certificate(leaf: Element | None) -> dict[str, Any]:
    key = None if leaf is None else leaf.find("publicKey")
    if leaf is None or key is None:
        return {}
    size = clean(key.get("size"), 10)
    return {
        "publicKey": {
            "algorithm": key.get("algorithm"),
            "size": int(size) if size.isdecimal() else None,
        },
        "subject": {"rfc4514_string": clean(leaf.findtext("subject"), MAX_SHORT)},
    }


def _paths(validation: Element) -> Iterator[dict[str, Any]]:
    for path in validation.iterfind("pathValidation"):
        result = path.get("validationResult") or path.get("error")
        yield {
            "trust_store": {"name": path.get("usingTrustStore")},
            "was_validation_successful": result == _VALID,
            "openssl_error_string": result,
        }
