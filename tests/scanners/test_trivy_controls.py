"""What Trivy says of the controls of a benchmark, with ``--compliance``."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import read


def benchmark(*controls: Any) -> dict[str, Any]:
    return {
        "ID": "k8s-nsa-1.0",
        "Title": "NSA",
        "Description": "",
        "Version": "1.0",
        "RelatedResources": ["https://a.example"],
        "Results": list(controls),
    }


def control(number: str, *results: Any, **more: Any) -> dict[str, Any]:
    return {
        "ID": number,
        "Name": "Non-root containers",
        "Description": "Check it.",
        "Severity": "HIGH",
        "Results": list(results) or None,
        **more,
    }


def test_a_result_of_a_control_has_the_rule_of_its_check() -> None:
    failed = {"AVDID": "AVD-KSV-0012", "Status": "FAIL", "CauseMetadata": {}}
    passed = {"ID": "KSV013", "Severity": "LOW", "Status": "PASS"}
    known = {"VulnerabilityID": "CVE-2024-1", "PkgName": "a", "Severity": "CRITICAL"}
    scan = read(
        benchmark(
            control("1.0", {"Target": "Pod/web", "Misconfigurations": [failed, passed]}),
            control("1.1", {"Target": "shop:1", "Vulnerabilities": [known]}),
        )
    )
    assert (scan.format, scan.target, scan.problems) == ("trivy", "k8s-nsa-1.0", ())
    assert [(found.rule_id, found.state, found.severity) for found in scan.results] == [
        ("AVD-KSV-0012", FindingState.OPEN, Severity.HIGH),
        ("KSV013", FindingState.PASSED, Severity.INFO),
        ("CVE-2024-1", FindingState.OPEN, Severity.CRITICAL),
    ]
    assert scan.results[0].locations == (Location("Pod/web"),)
    assert "k8s-nsa-1.0 1.0: Non-root containers" in scan.results[0].description


def test_a_control_without_results_passed_unless_nobody_could_have_checked_it() -> None:
    scan = read(
        benchmark(
            control("1.0"),
            control("1.1", DefaultStatus="FAIL"),
            control("1.2", Name="Rotate keys (Manual)"),
        )
    )
    assert [(found.rule_id, found.state) for found in scan.results] == [
        ("k8s-nsa-1.0:1.0", FindingState.PASSED),
        ("k8s-nsa-1.0:1.1", FindingState.NEEDS_REVIEW),
        ("k8s-nsa-1.0:1.2", FindingState.NEEDS_REVIEW),
    ]


def test_a_summary_counts() -> None:
    counts = [{"ID": "1.0", "Severity": "LOW", "TotalFail": 3}, {"ID": "1.1", "TotalFail": 0}]
    older = {"id": "1.2", "name": "x", "severity": "LOW", "totalPass": 1, "totalFail": 1}
    scan = read({"ID": "nsa", "Title": "NSA", "SummaryControls": [*counts, older, {"ID": "1.3"}]})
    assert [(found.rule_id, found.state, found.occurrences) for found in scan.results] == [
        ("nsa:1.0", FindingState.OPEN, 3),
        ("nsa:1.1", FindingState.PASSED, 1),
        ("nsa:1.2", FindingState.OPEN, 1),
        ("nsa:1.3", FindingState.NEEDS_REVIEW, 1),
    ]


def test_a_report_that_does_not_name_what_was_scanned() -> None:
    scan = read({"SchemaVersion": 2, "Results": [{"Target": "Dockerfile", "Class": "config"}]})
    assert (scan.format, scan.account.read, scan.problems) == ("trivy", 0, ())


def test_fields_of_the_wrong_type_are_named() -> None:
    with pytest.raises(UnreadableReport, match=r"Results\[0\]\.Results"):
        read(benchmark({"ID": "1.0", "Results": {"Target": "x"}}))
