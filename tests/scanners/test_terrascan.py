"""What Terrascan says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def violation(line: int = 5, **more: Any) -> dict[str, Any]:
    return {
        "rule_name": "checkRequireSSLEnabled",
        "description": "Ensure that the database requires TLS",
        "rule_id": "AC_GCP_0003",
        "severity": "HIGH",
        "category": "Infrastructure Security",
        "resource_name": "master",
        "resource_type": "google_sql_database_instance",
        "file": "db.tf",
        "line": line,
        **more,
    }


def terrascan(*found: Any, **more: Any) -> dict[str, Any]:
    summary = {
        "file/folder": "infra",
        "iac_type": "all",
        "scanned_at": "2021-05-19 13:13:06.083208123 +0000 UTC",
        "policies_validated": 607,
    }
    violations = list(found) or None
    return {"results": {"violations": violations, "scan_summary": summary, **more}}


def test_a_violation() -> None:
    scan = read(terrascan(violation()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("terrascan", "Terrascan", "infra")
    assert scan.started_at == datetime(2021, 5, 19, 13, 13, 6, 83208, UTC)
    assert (MappingKind.RULE, "terrascan:AC_GCP_0003") in routing_keys(found)
    assert found.severity is Severity.HIGH
    resource = "google_sql_database_instance.master"
    assert found.locations == (Location("db.tf", 5, parameter=resource),)


def test_skipped_and_passed_rules() -> None:
    waived = violation(skip_comment="behind the proxy")
    passed = {"rule_name": "x", "rule_id": "AC_GCP_0004", "severity": "LOW", "description": "d"}
    scan = read(terrascan(skipped_violations=[waived], passed_rules=[passed]))
    first, second = scan.results
    assert (first.state, first.reason) == (FindingState.SUPPRESSED, "behind the proxy")
    assert (second.state, second.severity) == (FindingState.PASSED, Severity.INFO)
    assert second.locations == ()


def test_a_run_without_violations_is_clean_and_one_without_policies_is_not() -> None:
    assert read(terrascan()).problems == ()
    assert read(terrascan(scan_summary={"policies_validated": 0})).problems


@pytest.mark.parametrize(
    ("error", "fails"),
    [
        ("kustomization.y(a)ml file not found in the directory infra", False),
        ("no helm charts found in directory infra", False),
        ("directory 'infra' has no terraform config files", False),
        ("failed to download module vpc", True),
    ],
)
def test_only_real_errors_count(error: str, *, fails: bool) -> None:
    errors = [{"iac_type": "helm", "directory": "infra", "errMsg": error}]
    assert bool(read(terrascan(violation(), scan_errors=errors)).problems) is fails


def test_vulnerabilities_of_images() -> None:
    entry = {
        "image": "reg.example/shop:1.2",
        "container": "web",
        "severity": "HIGH",
        "cvss_score": {},
        "vulnerability_id": "CVE-2019-18276",
        "primary_url": "http://cve.example/CVE-2019-18276",
    }
    found = only(read(terrascan(vulnerabilities=[entry])))
    assert (found.rule_id, found.cwes) == ("CVE-2019-18276", (1395,))
    assert found.locations == (Location("reg.example/shop:1.2"),)


def test_moved_lines_are_the_same_finding_and_another_resource_is_not() -> None:
    before = fingerprints(read(terrascan(violation())))
    assert fingerprints(read(terrascan(violation(line=50)))) == before
    assert fingerprints(read(terrascan(violation(resource_name="replica")))) != before


def test_fields_of_the_wrong_type_are_named() -> None:
    with pytest.raises(UnreadableReport, match=r"results\.passed_rules should be"):
        read(terrascan(passed_rules={}))
    assert read(terrascan(violation(), 7)).account.skipped == 1
