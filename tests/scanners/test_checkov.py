"""What Checkov says: one kind of files, several, none."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def check(number: str = "CKV_K8S_20", result: str = "FAILED", **more: Any) -> dict[str, Any]:
    return {
        "check_id": number,
        "check_name": "Containers should not run with allowPrivilegeEscalation",
        "check_result": {"result": result},
        "code_block": [[3, "spec:\n"], [4, "  containers:\n"]],
        "file_path": "/k8s/shop.yaml",
        "file_line_range": [3, 20],
        "resource": "Deployment.default.web",
        "guideline": "https://docs.example/ckv-k8s-20",
        "severity": None,
        **more,
    }


def checkov(*failed: Any, kind: str = "kubernetes", **results: Any) -> dict[str, Any]:
    lists = {"passed_checks": [], "failed_checks": list(failed), "skipped_checks": []}
    summary = {"passed": 0, "failed": len(failed), "skipped": 0, "checkov_version": "3.2.506"}
    return {"check_type": kind, "results": {**lists, **results}, "summary": summary}


def test_a_failed_check() -> None:
    scan = read(checkov(check()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("checkov", "Checkov", "3.2.506")
    assert (MappingKind.RULE, "checkov:CKV_K8S_20") in routing_keys(found)
    assert found.severity is Severity.MEDIUM  # without a key for its platform it knows of none
    assert found.locations == (Location("k8s/shop.yaml", 3, parameter="Deployment.default.web"),)
    assert found.snippet == "spec:\n  containers:"
    assert scan.problems == ()


def test_passes_and_skipped_checks_are_evidence_too() -> None:
    skipped = check("CKV_K8S_8", "SKIPPED")
    skipped["check_result"]["suppress_comment"] = "no probes in jobs"
    scan = read(
        checkov(
            check(severity="HIGH"),
            passed_checks=[check("CKV_K8S_16", "PASSED", severity="HIGH")],
            skipped_checks=[skipped],
        )
    )
    failed, passed, waived = scan.results
    assert (failed.severity, passed.severity) == (Severity.HIGH, Severity.INFO)
    assert passed.state is FindingState.PASSED
    assert (waived.state, waived.reason) == (FindingState.SUPPRESSED, "no probes in jobs")


def test_several_kinds_of_files_in_a_list() -> None:
    scan = read([checkov(check()), checkov(check("CKV_DOCKER_3"), kind="dockerfile")])
    assert [found.rule_id for found in scan.results] == ["CKV_K8S_20", "CKV_DOCKER_3"]
    assert scan.target == "kubernetes, dockerfile"


def test_moved_lines_are_the_same_finding_and_another_resource_is_not() -> None:
    before = fingerprints(read(checkov(check())))
    assert fingerprints(read(checkov(check(file_line_range=[90, 99], code_block=[])))) == before
    assert fingerprints(read(checkov(check(resource="Deployment.default.api")))) != before


def test_secrets_are_not_shown() -> None:
    code = [[1, "key = AKIAIOSF************\n"]]
    secret = check("CKV_SECRET_2", code_block=code, resource="d70eab08607a4d05faa2d0d6647206599")
    found = only(read(checkov(secret, kind="secrets")))
    assert (found.cwes, found.snippet) == ((798,), "")
    assert "AKIA" not in str(found.to_json())
    assert found.locations[0].parameter == ""


def test_packages_with_known_vulnerabilities() -> None:
    details = {
        "id": "CVE-2026-1",
        "package_name": "django",
        "package_version": "1.2",
        "cvss": 9.8,
        "link": "https://nvd.example/CVE-2026-1",
        "lowest_fixed_version": "1.2.2",
    }
    entry = check("CKV_CVE_2026_1", vulnerability_details=details)
    found = only(read(checkov(entry, kind="sca_package")))
    assert (found.rule_id, found.cwes, found.cvss) == ("CVE-2026-1", (1395,), 9.8)
    assert (found.title, found.severity) == ("CVE-2026-1: django 1.2", Severity.CRITICAL)
    rated = check("CKV_CVE_2026_1", vulnerability_details=details | {"severity": "low"})
    assert only(read(checkov(rated, kind="sca_package"))).severity is Severity.LOW


def test_what_was_not_checked_is_not_clean() -> None:
    nothing = {"passed": 0, "failed": 0, "skipped": 0, "checkov_version": "2.1.269"}
    assert "nothing that was scanned" in str(read(nothing).problems[0])
    assert read(checkov()).problems
    assert read(checkov(passed_checks=[check(result="PASSED")])).problems == ()
    quiet = {"check_type": "terraform", "results": {"failed_checks": []}, "summary": {"passed": 7}}
    assert read(quiet).problems == ()
    unread = read(checkov(check(), parsing_errors=["/a.tf", "/b.tf"]))
    assert "2 files could not be read" in str(unread.problems[0])


def test_fields_of_the_wrong_type_are_named() -> None:
    with pytest.raises(UnreadableReport, match=r"results\.failed_checks should be"):
        read({"check_type": "terraform", "results": {"passed_checks": []}})
    with pytest.raises(UnreadableReport, match="results should be"):
        read({"check_type": "terraform", "results": []})
    assert read(checkov(7)).account.skipped == 1
