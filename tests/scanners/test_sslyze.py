"""What an SSLyze report says, in its versions, and of servers that were not reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, ParsedScan
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

LOCATION = {"hostname": "bank.example", "port": 443, "ip_address": "192.0.2.7"}


def newer(error: str = "", **results: Any) -> dict[str, Any]:
    """Return a report of version 5 or 6; ``error`` names a command that failed."""
    attempts: dict[str, Any] = {
        command: {"status": "COMPLETED", "error_reason": None, "result": result}
        for command, result in results.items()
    }
    attempts["session_resumption"] = {"status": "NOT_SCHEDULED", "result": None}
    if error:
        attempts[error] = {"status": "ERROR", "error_reason": "BUG_IN_SSLYZE", "result": None}
    return {
        "invalid_server_strings": [],
        "server_scan_results": [
            {
                "server_location": LOCATION,
                "connectivity_status": "COMPLETED",
                "scan_status": "COMPLETED",
                "scan_result": attempts,
            }
        ],
        "date_scans_started": "2026-01-12T09:30:00Z",
        "sslyze_version": "6.3.1",
    }


def older(**results: Any) -> dict[str, Any]:
    """Return a report of version 3 or 4."""
    return {
        "server_connectivity_errors": [],
        "server_scan_results": [
            {
                "server_info": {"server_location": LOCATION},
                "scan_commands_results": results,
                "scan_commands_errors": {},
            }
        ],
        "sslyze_version": "3.0.7",
    }


def suites(*names: str, dh: int = 0) -> dict[str, Any]:
    """Return the result of a command for suites."""
    key = {"type_name": "DH", "size": dh} if dh else None
    accepted = [{"cipher_suite": {"name": name}, "ephemeral_key": key} for name in names]
    return {"accepted_cipher_suites": accepted}


def certificate(**more: Any) -> dict[str, Any]:
    """Return the result of certificate_info."""
    leaf = {
        "public_key": {"algorithm": "RSAPublicKey", "key_size": 2048},
        "subject": {"rfc4514_string": "CN=bank.example"},
    }
    return {
        "certificate_deployments": [
            {
                "received_certificate_chain": [leaf],
                "received_chain_has_valid_order": True,
                "path_validation_results": [
                    {"trust_store": {"name": "Mozilla"}, "was_validation_successful": True}
                ],
                **more,
            }
        ]
    }


@pytest.mark.parametrize("size", [1024, "1024"])
def test_the_first_versions_write_the_size_of_a_key_as_text(size: object) -> None:
    found = certificate()
    [leaf] = found["certificate_deployments"][0]["received_certificate_chain"]
    leaf["publicKey"] = {**leaf.pop("public_key"), "size": size}
    del leaf["publicKey"]["key_size"]
    told = states(read(older(certificate_info=found)))
    assert told["certificate_info.public_key"] == (FindingState.OPEN, Severity.HIGH)


def states(scan: ParsedScan) -> dict[str, tuple[FindingState, Severity]]:
    """Return state and severity by rule."""
    return {found.rule_id: (found.state, found.severity) for found in scan.results}


@pytest.mark.parametrize("shape", [newer, older])
def test_the_same_in_both_shapes(shape: Any) -> None:
    scan = read(
        shape(
            tls_1_0_cipher_suites=suites("TLS_RSA_WITH_AES_128_CBC_SHA"),
            tls_1_1_cipher_suites=suites(),
            heartbleed={"is_vulnerable_to_heartbleed": False},
            robot={"robot_result": "VULNERABLE_STRONG_ORACLE"},
            certificate_info=certificate(),
        )
    )
    assert (scan.format, scan.tool, scan.target) == ("sslyze", "SSLyze", "bank.example")
    passed = (FindingState.PASSED, Severity.INFO)
    assert states(scan) == {
        "tls_1_0_cipher_suites": (FindingState.OPEN, Severity.MEDIUM),
        "tls_1_1_cipher_suites": passed,
        "heartbleed.is_vulnerable_to_heartbleed": passed,
        "robot": (FindingState.OPEN, Severity.HIGH),
        "certificate_info.received_chain_has_valid_order": passed,
        "certificate_info.public_key": passed,
        "certificate_info.path_validation_results": passed,
    }
    assert scan.results[0].locations == (Location("bank.example:443", parameter="192.0.2.7"),)
    assert scan.problems == ()


def test_version_and_time() -> None:
    scan = read(newer(tls_compression={"supports_compression": True}))
    assert scan.tool_version == "6.3.1"
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert only(scan).severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("names", "dh", "severity"),
    [
        (("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",), 0, None),
        (("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",), 0, None),
        (("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",), 2048, None),
        (("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",), 1024, Severity.MEDIUM),
        (("TLS_RSA_WITH_AES_128_GCM_SHA256",), 0, Severity.LOW),
        (("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",), 0, Severity.LOW),
        (("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"), 0, Severity.MEDIUM),
        (("TLS_DH_anon_WITH_AES_128_CBC_SHA",), 0, Severity.HIGH),
    ],
)
def test_suites_are_judged_as_the_intermediate_configuration_does(
    names: tuple[str, ...], dh: int, severity: Severity | None
) -> None:
    found = only(read(newer(tls_1_2_cipher_suites=suites(*names, dh=dh))))
    assert found.state is (FindingState.OPEN if severity else FindingState.PASSED)
    assert found.severity is (severity or Severity.INFO)
    assert names[0] in found.description


def test_certificates_that_stores_do_not_trust() -> None:
    stores = [
        {"trust_store": {"name": "Mozilla"}, "was_validation_successful": True},
        {
            "trust_store": {"name": "Java"},
            "was_validation_successful": False,
            "validation_error": "unknown issuer",
        },
    ]
    rule = "certificate_info.path_validation_results"
    some = read(newer(certificate_info=certificate(path_validation_results=stores)))
    assert states(some)[rule] == (FindingState.OPEN, Severity.LOW)
    none = read(newer(certificate_info=certificate(path_validation_results=stores[1:])))
    assert states(none)[rule] == (FindingState.OPEN, Severity.HIGH)
    assert "Java: unknown issuer" in none.findings[0].description


def test_headers_and_renegotiation() -> None:
    rule = "http_headers.strict_transport_security_header"
    header = {"max_age": 31536000, "preload": False, "include_subdomains": True}
    judged = states(
        read(
            older(
                http_headers={"http_error_trace": None, "strict_transport_security_header": header},
                session_renegotiation={
                    "accepts_client_renegotiation": True,
                    "supports_secure_renegotiation": True,
                },
            )
        )
    )
    assert judged[rule][0] is FindingState.PASSED
    dos = "session_renegotiation.is_vulnerable_to_client_renegotiation_dos"
    assert judged[dos] == (FindingState.OPEN, Severity.LOW)
    absent = read(older(http_headers={"strict_transport_security_header": None}))
    assert only(absent).state is FindingState.OPEN


def test_a_command_that_failed_needs_review() -> None:
    found = only(read(newer(error="robot")))
    assert (found.rule_id, found.state) == ("robot", FindingState.NEEDS_REVIEW)
    assert "BUG_IN_SSLYZE" in found.reason


def test_a_server_that_was_not_reached_proves_nothing() -> None:
    unreachable = newer()
    unreachable["server_scan_results"] = [
        {
            "server_location": LOCATION,
            "connectivity_status": "ERROR",
            "connectivity_error_trace": "Traceback:\n  x\nConnectionToServerTimedOut: bank\n",
            "scan_status": "ERROR_NO_CONNECTIVITY",
            "scan_result": None,
        }
    ]
    assert "ConnectionToServerTimedOut" in str(read(unreachable).problems[0])
    unknown = {"server_string": "nosuch.example:443", "error_message": "Could not resolve"}
    for name in ("invalid_server_strings", "server_connectivity_errors"):
        scan = read({**newer(robot={"robot_result": "NOT_VULNERABLE_NO_ORACLE"}), name: [unknown]})
        assert "nosuch.example:443" in str(scan.problems[0])
    assert read({**newer(), "server_scan_results": []}).problems


def test_xml_of_version_1() -> None:
    scan = read(
        '<?xml version="1.0"?><document SSLyzeVersion="1.4.3" title="SSLyze Scan Results">'
        '<results><target host="bank.example" ip="192.0.2.7" port="443">'
        '<heartbleed><openSslHeartbleed isVulnerable="True"/></heartbleed>'
        '<tlsv1 isProtocolSupported="True"><acceptedCipherSuites><cipherSuite name="TLS_X"/>'
        '</acceptedCipherSuites></tlsv1><robot exception="Timeout"/></target></results>'
        '<invalidTargets><invalidTarget error="refused">other.example</invalidTarget>'
        "</invalidTargets></document>"
    )
    assert states(scan) == {
        "heartbleed.is_vulnerable_to_heartbleed": (FindingState.OPEN, Severity.CRITICAL),
        "tls_1_0_cipher_suites": (FindingState.OPEN, Severity.MEDIUM),
        "robot": (FindingState.NEEDS_REVIEW, Severity.LOW),
    }
    assert "other.example" in str(scan.problems[0])


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="SSLyze 2"):
        read({"accepted_targets": [], "invalid_targets": [], "sslyze_version": "2.1.4"})
    with pytest.raises(UnreadableReport, match="should be"):
        read({**newer(), "server_scan_results": {}})


def test_more_suites_in_a_later_run_are_the_same_finding() -> None:
    before = read(newer(tls_1_0_cipher_suites=suites("TLS_X")))
    after = read(newer(tls_1_0_cipher_suites=suites("TLS_Y", "TLS_X")))
    assert fingerprints(before) == fingerprints(after)
