"""What SSLyze found at one server, judged.

SSLyze gives facts. Where they are no verdict of their own they are judged as SSLyze does with its
option ``--mozilla_config=intermediate``: TLS 1.2 and 1.3 only, suites with forward secrecy and
authenticated encryption, no known attack, a certificate that is trusted and strong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checklist_app.domain.findings import MAX_SHORT, FindingState, clean
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.values import whole_number
from checklist_app.untrusted.json_text import as_list, as_object

CERTIFICATE = "certificate_info"

_RENEGOTIATION_DOS = "is_vulnerable_to_client_renegotiation_dos"
_ATTEMPTS: dict[str, tuple[tuple[str, bool, Severity], ...]] = {
    "heartbleed": (("is_vulnerable_to_heartbleed", False, Severity.CRITICAL),),
    "openssl_ccs_injection": (("is_vulnerable_to_ccs_injection", False, Severity.HIGH),),
    "tls_compression": (("supports_compression", False, Severity.MEDIUM),),
    "tls_fallback_scsv": (("supports_fallback_scsv", True, Severity.LOW),),
    "tls_extended_master_secret": (("supports_ems_extension", True, Severity.LOW),),
    "tls_1_3_early_data": (("supports_early_data", False, Severity.LOW),),
    "session_renegotiation": (
        ("supports_secure_renegotiation", True, Severity.MEDIUM),
        (_RENEGOTIATION_DOS, False, Severity.LOW),
    ),
}
"""Command -> its fields, the value that is wanted, and how bad the other one is."""
_DEPLOYMENT = (
    ("leaf_certificate_subject_matches_hostname", True, Severity.HIGH),
    ("received_chain_has_valid_order", True, Severity.LOW),
    ("verified_chain_has_sha1_signature", False, Severity.MEDIUM),
    ("verified_chain_has_legacy_symantec_anchor", False, Severity.MEDIUM),
    ("ocsp_response_is_trusted", True, Severity.MEDIUM),
)
_PROTOCOLS: dict[str, tuple[str, Severity | None]] = {
    "ssl_2_0_cipher_suites": ("SSL 2.0", Severity.HIGH),
    "ssl_3_0_cipher_suites": ("SSL 3.0", Severity.HIGH),
    "tls_1_0_cipher_suites": ("TLS 1.0", Severity.MEDIUM),
    "tls_1_1_cipher_suites": ("TLS 1.1", Severity.MEDIUM),
    "tls_1_2_cipher_suites": ("TLS 1.2", None),
    "tls_1_3_cipher_suites": ("TLS 1.3", None),
}
_BROKEN = ("NULL", "EXPORT", "anon", "RC4", "RC2", "_DES_", "MD5")
_SMALL_BLOCKS = ("3DES", "IDEA")
_FORWARD_SECRET = ("TLS_ECDHE_", "TLS_DHE_")
_AUTHENTICATED = ("_AES_128_GCM_", "_AES_256_GCM_", "_CHACHA20_POLY1305_")
_LEAST_BITS_OF_DH = 2048
_ROBOT = {
    "VULNERABLE_WEAK_ORACLE": Severity.MEDIUM,
    "VULNERABLE_STRONG_ORACLE": Severity.HIGH,
}
_LEAST_BITS = {"RSA": 2048, "DSA": 1 << 30, "Elliptic": 224}
_HALF_A_YEAR = 15_768_000


@dataclass(frozen=True, slots=True)
class Check:
    """One check; ``severity`` is None where all is well or nothing is said.

    Attributes:
        rule: path of the value in the report, such as ``heartbleed.is_vulnerable_to_heartbleed``.
        of: what else the check is of: the kind of key of a certificate.
    """

    rule: str
    told: str
    state: FindingState
    severity: Severity | None = None
    detail: str = ""
    of: str = ""


def _judged(rule: str, severity: Severity | None, told: str, detail: str = "") -> Check:
    state = FindingState.OPEN if severity else FindingState.PASSED
    return Check(rule, told, state, severity, detail)


def checks_of(command: str, result: dict[str, Any]) -> Iterator[Check]:
    """Yield what a command of SSLyze found."""
    if command == "session_renegotiation" and "accepts_client_renegotiation" in result:
        result = {**result, _RENEGOTIATION_DOS: result["accepts_client_renegotiation"]}
    if command in _ATTEMPTS:
        yield from _flags(command, result, _ATTEMPTS[command])
    elif command in _PROTOCOLS:
        yield _protocol(command, result)
    elif command == CERTIFICATE:
        for deployment in as_list(result.get("certificate_deployments")):
            yield from _deployment(as_object(deployment))
    elif command == "robot":
        yield _robot(clean(result.get("robot_result"), 60))
    elif command == "http_headers":
        yield _hsts(result)
    else:
        yield Check(command, "not judged", FindingState.OBSERVATION)


def _flags(
    command: str, result: dict[str, Any], table: tuple[tuple[str, bool, Severity], ...]
) -> Iterator[Check]:
    for name, wanted, severity in table:
        value = result.get(name)
        if isinstance(value, bool):
            wrong = None if value is wanted else severity
            yield _judged(f"{command}.{name}", wrong, "yes" if value else "no")


def _protocol(command: str, result: dict[str, Any]) -> Check:
    version, old = _PROTOCOLS[command]
    accepted = [as_object(part) for part in as_list(result.get("accepted_cipher_suites"))]
    suites = {_name(suite): _weakness(suite) for suite in accepted}
    if not suites:
        state = FindingState.PASSED if old else FindingState.OBSERVATION
        return Check(command, f"{version} is not offered", state)
    told = f"{version} is offered"
    if version == "TLS 1.3":  # every suite of TLS 1.3 is a good one
        return _judged(command, None, told, "\n".join(suites))
    weak = {name: severity for name, severity in suites.items() if severity}
    severities = [*weak.values(), *([old] if old else [])]
    worst = min(severities, key=lambda severity: severity.rank, default=None)
    shown = suites if old else weak or suites
    return _judged(command, worst, told + _how(len(weak), old), "\n".join(shown))


def _how(weak: int, old: Severity | None) -> str:
    if old:
        return ""
    return f" with {weak} weak suites" if weak else " with strong suites only"


def _name(suite: dict[str, Any]) -> str:
    of = as_object(suite.get("cipher_suite", suite))
    bits = _bits_of_dh(suite)
    return clean(of.get("name"), MAX_SHORT) + (f" (DH, {bits} bits)" if bits else "")


def _bits_of_dh(suite: dict[str, Any]) -> int:
    key = as_object(suite.get("ephemeral_key"))
    size = key.get("size")
    return size if key.get("type_name") == "DH" and type(size) is int else 0


def _weakness(suite: dict[str, Any]) -> Severity | None:
    name = _name(suite)
    if any(part in name for part in _BROKEN):
        return Severity.HIGH
    small_group = 0 < _bits_of_dh(suite) < _LEAST_BITS_OF_DH
    if small_group or any(part in name for part in _SMALL_BLOCKS):
        return Severity.MEDIUM
    strong = name.startswith(_FORWARD_SECRET) and any(part in name for part in _AUTHENTICATED)
    return None if strong else Severity.LOW


def _robot(result: str) -> Check:
    if result.startswith("NOT_VULNERABLE") or result in _ROBOT:
        return _judged("robot", _ROBOT.get(result), result)
    return Check("robot", result or "?", FindingState.NEEDS_REVIEW)


def _hsts(result: dict[str, Any]) -> Check:
    rule = "http_headers.strict_transport_security_header"
    if result.get("http_error_trace"):
        return Check(rule, "no valid answer over HTTP", FindingState.NEEDS_REVIEW)
    header = as_object(result.get("strict_transport_security_header"))
    if not header:
        return _judged(rule, Severity.LOW, "absent")
    age = header.get("max_age")
    short = type(age) is not int or age < _HALF_A_YEAR
    return _judged(rule, Severity.LOW if short else None, f"max-age {age}")


def _deployment(deployment: dict[str, Any]) -> Iterator[Check]:
    chain = [as_object(part) for part in as_list(deployment.get("received_certificate_chain"))]
    leaf = chain[0] if chain else {}
    key = as_object(leaf.get("public_key") or leaf.get("publicKey"))
    kind = clean(key.get("algorithm"), 40).strip("_")
    subject = clean(as_object(leaf.get("subject")).get("rfc4514_string"), MAX_SHORT)
    checks = [*_flags(CERTIFICATE, deployment, _DEPLOYMENT), *_key(key, kind), *_trust(deployment)]
    for check in checks:
        detail = "\n".join(filter(None, (check.detail, subject)))
        yield Check(check.rule, check.told, check.state, check.severity, detail, kind)


def _key(key: dict[str, Any], kind: str) -> Iterator[Check]:
    size = whole_number(key.get("key_size", key.get("size")))  # a text in the first versions
    least = next((bits for name, bits in _LEAST_BITS.items() if kind.startswith(name)), None)
    if size and least:
        weak = Severity.HIGH if size < least else None
        yield _judged(f"{CERTIFICATE}.public_key", weak, f"{kind}, {size} bits")


def _trust(deployment: dict[str, Any]) -> Iterator[Check]:
    """Yield whether the stores of roots trust the certificate."""
    failed: list[str] = []
    results = [as_object(part) for part in as_list(deployment.get("path_validation_results"))]
    for result in results:
        if not _was_validated(result):
            store = clean(as_object(result.get("trust_store")).get("name"), 40)
            error = result.get("validation_error") or result.get("openssl_error_string")
            failed.append(f"{store}: {clean(error, MAX_SHORT)}")
    if results:
        severity = Severity.HIGH if len(failed) == len(results) else Severity.LOW
        told = f"not trusted by {len(failed)} of {len(results)}" if failed else "trusted by all"
        rule = f"{CERTIFICATE}.path_validation_results"
        yield _judged(rule, severity if failed else None, told, "\n".join(failed))


def _was_validated(result: dict[str, Any]) -> bool:
    told = result.get("was_validation_successful")
    return told if isinstance(told, bool) else bool(result.get("verified_certificate_chain"))
