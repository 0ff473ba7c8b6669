"""What a report of SSL Labs says of the endpoints of a host."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, ParsedScan
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, read


def details(**more: Any) -> dict[str, Any]:
    """Return the details of an endpoint without a fault."""
    return {
        "certChains": [{"id": "chain", "certIds": ["leaf", "root"], "issues": 0}],
        "protocols": [{"id": 772, "name": "TLS", "version": "1.3"}],
        "suites": [{"protocol": 772, "list": [{"name": "TLS_AES_128_GCM_SHA256"}]}],
        "heartbleed": False,
        "bleichenbacher": 1,
        "forwardSecrecy": 4,
        "renegSupport": 2,
        "fallbackScsv": True,
        "hstsPolicy": {"status": "present", "maxAge": 31536000, "LONG_MAX_AGE": 15552000},
        "serverSignature": "nginx",
        **more,
    }


def report(grade: str = "A+", issues: int = 0, message: str = "Ready", **more: Any) -> list[Any]:
    """Return a report of one host with one endpoint; ``more`` goes into its details."""
    endpoint = {"ipAddress": "192.0.2.7", "statusMessage": message, "grade": grade}
    return [
        {
            "host": "bank.example",
            "port": 443,
            "status": "READY",
            "startTime": 1700000000000,
            "engineVersion": "2.3.1",
            "criteriaVersion": "2009q",
            "endpoints": [{**endpoint, "details": details(**more)}],
            "certs": [{"id": "leaf", "subject": "CN=bank.example", "issues": issues}],
        }
    ]


def states(scan: ParsedScan) -> dict[str, tuple[FindingState, Severity]]:
    """Return state and severity by rule."""
    return {found.rule_id: (found.state, found.severity) for found in scan.results}


def test_a_host_without_a_fault() -> None:
    scan = read(report())
    assert (scan.format, scan.tool, scan.tool_version) == ("ssl-labs", "SSL Labs", "2.3.1")
    assert scan.target == "bank.example"
    assert scan.started_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert scan.findings == ()
    judged = states(scan)
    for rule in ("grade", "heartbleed", "protocol/TLS-1.0", "weak-suites", "certificate", "hsts"):
        assert judged[rule] == (FindingState.PASSED, Severity.INFO)
    assert judged["protocol/TLS-1.3"][0] is FindingState.OBSERVATION
    assert judged["serverSignature"][0] is FindingState.OBSERVATION
    assert scan.results[0].locations == (Location("bank.example:443", parameter="192.0.2.7"),)
    assert scan.problems == ()


@pytest.mark.parametrize(
    ("rule", "severity", "more"),
    [
        ("grade", Severity.HIGH, {"grade": "T"}),
        ("grade", Severity.MEDIUM, {"grade": "B"}),
        ("heartbleed", Severity.CRITICAL, {"heartbleed": True}),
        ("bleichenbacher", Severity.HIGH, {"bleichenbacher": 3}),
        ("forwardSecrecy", Severity.LOW, {"forwardSecrecy": 1}),
        ("renegSupport", Severity.MEDIUM, {"renegSupport": 3}),
        ("fallbackScsv", Severity.LOW, {"fallbackScsv": False}),
        ("protocol/TLS-1.0", Severity.MEDIUM, {"protocols": [{"name": "TLS", "version": "1.0"}]}),
        ("insecure-suites", Severity.HIGH, {"suites": [{"list": [{"name": "RC4", "q": 0}]}]}),
        ("weak-suites", Severity.LOW, {"suites": {"list": [{"name": "CBC", "q": 1}]}}),
        ("certificate", Severity.HIGH, {"issues": 4}),
        ("hsts", Severity.LOW, {"hstsPolicy": {"status": "absent"}}),
        ("certificate-chain", Severity.MEDIUM, {"certChains": [{"certIds": [], "issues": 2}]}),
    ],
)
def test_faults(rule: str, severity: Severity, more: dict[str, Any]) -> None:
    assert states(read(report(**more)))[rule] == (FindingState.OPEN, severity)


def test_names_of_suites_and_faults_of_certificates_are_told() -> None:
    scan = read(report(issues=4 | 64, suites=[{"list": [{"name": "TLS_RSA_RC4", "q": 0}]}]))
    told = {found.rule_id: found for found in scan.findings}
    assert told["certificate"].title == "Certificate: expired, self-signed"
    assert told["certificate"].description == "CN=bank.example"
    assert told["insecure-suites"].description == "TLS_RSA_RC4"


def test_an_unknown_value_is_no_pass() -> None:
    assert states(read(report(bleichenbacher=0)))["bleichenbacher"][0] is FindingState.OBSERVATION
    failed = read(report(bleichenbacher=-1))
    assert states(failed)["bleichenbacher"][0] is FindingState.NEEDS_REVIEW


def test_a_host_that_was_not_assessed_proves_nothing() -> None:
    failed = {
        "host": "bank.example",
        "port": 443,
        "status": "ERROR",
        "statusMessage": "Unable to resolve domain name",
        "engineVersion": "2.3.1",
        "criteriaVersion": "2009q",
    }
    assert "Unable to resolve" in str(read([failed]).problems[0])
    assert read(failed).problems
    assert read(report(message="Unable to connect to the server")).problems


def test_an_endpoint_that_was_not_assessed_to_its_end_has_no_passes() -> None:
    scan = read(report(message="Unable to connect to the server", heartbleed=True))
    found = {rule: state for rule, (state, _) in states(scan).items()}
    assert found["heartbleed"] is FindingState.OPEN
    assert FindingState.PASSED not in found.values()


def test_the_summary_alone_has_the_grade() -> None:
    summary = report()
    del summary[0]["endpoints"][0]["details"]
    assert list(states(read(summary[0]))) == ["grade"]


def test_another_address_of_the_host_is_the_same_finding() -> None:
    later = report(heartbleed=True)
    later[0]["endpoints"][0]["ipAddress"] = "192.0.2.8"
    assert fingerprints(read(report())) == fingerprints(read(later))


def test_a_list_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="should be"):
        read([{**report()[0], "endpoints": {}}])
