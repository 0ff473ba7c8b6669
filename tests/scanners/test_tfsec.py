"""What tfsec says, before and since it is built on defsec."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def result(line: int = 7, **more: Any) -> dict[str, Any]:
    return {
        "rule_id": "AVD-AWS-0089",
        "long_id": "aws-s3-enable-bucket-logging",
        "rule_description": "S3 Bucket does not have logging enabled.",
        "rule_provider": "aws",
        "impact": "There is no way to determine the access to this bucket",
        "resolution": "Add a logging block",
        "links": ["https://docs.example/logging", "https://registry.example/bucket"],
        "description": "Bucket does not have logging enabled",
        "severity": "LOW",
        "status": 0,
        "resource": "aws_s3_bucket.data",
        "location": {"filename": "./infra/main.tf", "start_line": line, "end_line": line + 2},
        **more,
    }


OLD = {
    "rule_id": "GEN003",
    "link": "See https://tfsec.example/docs/GEN003/ for more information.",
    "location": {"filename": "main.tf", "start_line": 226, "end_line": 226},
    "description": "Block 'provider.aws' includes a potentially sensitive attribute.",
    "severity": "WARNING",
    "passed": False,
}


def test_a_result_of_the_newer_versions() -> None:
    scan = read({"results": [result()]})
    found = only(scan)
    assert (scan.format, scan.tool) == ("tfsec", "tfsec")
    assert (MappingKind.RULE, "tfsec:AVD-AWS-0089") in routing_keys(found)
    assert (found.severity, found.state) == (Severity.LOW, FindingState.OPEN)
    assert found.locations == (Location("infra/main.tf", 7, parameter="aws_s3_bucket.data"),)
    assert found.solution == "Add a logging block"
    assert len(found.references) == 2


def test_a_result_of_the_older_versions() -> None:
    found = only(read({"results": [OLD]}))
    assert (found.rule_id, found.severity) == ("GEN003", Severity.MEDIUM)
    assert found.locations == (Location("main.tf", 226, parameter="provider.aws"),)
    assert found.references == ("https://tfsec.example/docs/GEN003/",)


def test_passed_and_ignored_results() -> None:
    scan = read({"results": [result(status=1), result(status=2), {**OLD, "passed": True}]})
    assert [found.state for found in scan.results] == [
        FindingState.PASSED,
        FindingState.SUPPRESSED,
        FindingState.PASSED,
    ]
    assert scan.results[0].severity is Severity.INFO
    assert scan.problems == ()


def test_moved_lines_are_the_same_finding_and_another_resource_is_not() -> None:
    before = fingerprints(read({"results": [result()]}))
    assert fingerprints(read({"results": [result(line=70)]})) == before
    assert fingerprints(read({"results": [result(resource="aws_s3_bucket.logs")]})) != before


def test_results_of_the_wrong_type() -> None:
    with pytest.raises(UnreadableReport, match="results should be"):
        read({"results": {"0": result()}})
    scan = read({"results": [result(), 7]})
    assert (scan.account.read, scan.account.skipped) == (2, 1)
