"""What the Trivy Operator reports on a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read

VERSION = "aquasecurity.github.io/v1alpha1"


def custom(kind: str, name: str = "web-5d66dbcc85", **report: Any) -> dict[str, Any]:
    labels = {
        "trivy-operator.resource.kind": "ReplicaSet",
        "trivy-operator.resource.name": name,
        "trivy-operator.resource.namespace": "shop",
        "trivy-operator.container.name": "web",
    }
    body = {
        "scanner": {"name": "Trivy", "version": "0.58.0"},
        "updateTimestamp": "2026-01-12T09:30:00Z",
        "artifact": {"repository": "library/shop", "tag": "1.2"},
        **report,
    }
    metadata = {"labels": labels, "name": f"replicaset-{name}"}
    return {"apiVersion": VERSION, "kind": kind, "metadata": metadata, "report": body}


def check(**more: Any) -> dict[str, Any]:
    return {
        "checkID": "KSV014",
        "title": "Root file system is not read-only",
        "messages": ["Container 'web' of ReplicaSet 'web-5d66dbcc85' should be read-only"],
        "severity": "LOW",
        "success": False,
        **more,
    }


def compliance(*controls: Any, results: Any = None, **status: Any) -> dict[str, Any]:
    found = {"status": {"detailReport": {"id": "cis", "results": results}, **status}}
    spec = {"spec": {"compliance": {"id": "cis", "controls": list(controls)}}}
    return {"apiVersion": VERSION, "kind": "ClusterComplianceReport", **spec, **found}


def test_a_check_that_failed_and_one_that_passed() -> None:
    scan = read(custom("ConfigAuditReport", checks=[check(), check(success=True)]))
    failed, passed = scan.results
    assert (scan.format, scan.tool, scan.tool_version) == (
        "trivy-operator",
        "Trivy Operator",
        "0.58.0",
    )
    assert (MappingKind.RULE, "trivy:KSV014") in routing_keys(failed)
    assert (failed.severity, failed.state) == (Severity.LOW, FindingState.OPEN)
    assert failed.locations == (Location("shop/ReplicaSet/web-5d66dbcc85", parameter="web"),)
    assert (passed.severity, passed.state) == (Severity.INFO, FindingState.PASSED)


def test_a_vulnerability_and_a_secret() -> None:
    known = {"vulnerabilityID": "CVE-2026-1", "resource": "libfoo", "installedVersion": "1.0"}
    rated = {"severity": "UNKNOWN", "score": 9.8, "title": "reads too far", "links": ["https://a"]}
    found = only(read(custom("VulnerabilityReport", vulnerabilities=[{**known, **rated}])))
    assert (found.rule_id, found.cwes, found.cvss) == ("CVE-2026-1", (1395,), 9.8)
    assert found.severity is Severity.CRITICAL
    secret = {"ruleID": "jwt-token", "title": "JWT", "target": "/etc/a", "match": "eyJhbGciOi"}
    found = only(read(custom("ExposedSecretReport", secrets=[secret])))
    assert (found.cwes, found.snippet) == ((798,), "eyJh****")


@pytest.mark.parametrize(
    "kind",
    ["ClusterConfigAuditReport", "RbacAssessmentReport", "ClusterRbacAssessmentReport",
     "InfraAssessmentReport", "ClusterInfraAssessmentReport"],
)  # fmt: skip
def test_the_other_reports_of_checks(kind: str) -> None:
    assert read(custom(kind, checks=[check()])).account.findings == 1


def test_the_next_rollout_has_the_same_findings() -> None:
    before = read(custom("ConfigAuditReport", checks=[check()]))
    moved = check(checkID="AVD-KSV-0014", messages=["container 'web' may write"])
    after = read(custom("ConfigAuditReport", name="web-7c9f8b6d5", checks=[moved]))
    assert fingerprints(before) == fingerprints(after)
    other = read(custom("ConfigAuditReport", name="api-7c9f8b6d5", checks=[check()]))
    assert fingerprints(before) != fingerprints(other)


def test_lists_are_read_and_other_objects_skipped() -> None:
    items = [custom("ConfigAuditReport", checks=[check()]), custom("SbomReport", components={})]
    scan = read({"apiVersion": "v1", "items": items, "kind": "List"})
    assert (scan.account.read, scan.account.skipped) == (2, 1)
    assert scan.problems == ()
    assert read(custom("SbomReport", components={})).problems


def test_controls_of_a_benchmark() -> None:
    failed = {"checkID": "AVD-KSV-0012", "target": "shop/replicaset-web-5d66dbcc85"}
    shown = {**failed, "severity": "MEDIUM", "success": False, "messages": ["m"], "title": "Root"}
    results = [
        {"id": "1", "name": "API server", "severity": "HIGH", "checks": [{"success": True}]},
        {"id": "2", "name": "By hand", "severity": "HIGH", "checks": [{"success": True}]},
        {"id": "3", "name": "Root", "severity": "HIGH", "checks": [shown]},
    ]
    specified = [{"id": "1", "checks": [{"id": "AVD-KCV-0001"}]}, {"id": "2"}, {"id": "3"}]
    passed, manual, broken = read(compliance(*specified, results=results)).results
    assert (passed.rule_id, passed.state) == ("AVD-KCV-0001", FindingState.PASSED)
    assert (manual.rule_id, manual.state) == ("cis:2", FindingState.NEEDS_REVIEW)
    assert (broken.rule_id, broken.severity) == ("AVD-KSV-0012", Severity.MEDIUM)
    assert broken.locations == (Location("shop/replicaset-web-5d66dbcc85"),)


def test_a_summary_counts_and_no_report_is_refused() -> None:
    counted = [{"id": "1", "totalFail": 0}, {"id": "2", "totalFail": 7}, {"id": "3"}]
    scan = read(compliance(summaryReport={"controlCheck": counted}))
    assert [found.state for found in scan.results] == [
        FindingState.PASSED,
        FindingState.OPEN,
        FindingState.NEEDS_REVIEW,
    ]
    assert scan.results[1].occurrences == 7
    with pytest.raises(UnreadableReport, match="not made yet"):
        read(compliance())


def test_the_first_reports_of_the_operator() -> None:
    counts = [
        {"id": "1.0", "severity": "LOW", "passTotal": 4, "failTotal": 0},
        {"id": "1.1", "severity": "LOW", "passTotal": 1, "failTotal": 3},
        {"id": "1.2", "severity": "LOW", "passTotal": 0, "failTotal": 0},
    ]
    item = compliance() | {"status": {"controlCheck": counts}}
    assert [found.state for found in read(item).results] == [
        FindingState.PASSED,
        FindingState.OPEN,
        FindingState.NEEDS_REVIEW,  # no object of the cluster was checked
    ]
    words = ("danger", "warning")
    checks = [{"checkID": "KSV014", "severity": word, "success": False} for word in words]
    found = read(custom("ConfigAuditReport", checks=checks)).results
    assert [one.severity for one in found] == [Severity.HIGH, Severity.MEDIUM]


def test_fields_of_the_wrong_type_are_named() -> None:
    with pytest.raises(UnreadableReport, match=r"report\.checks should be"):
        read(custom("ConfigAuditReport", checks={}))
    with pytest.raises(UnreadableReport, match=r"report\.vulnerabilities should be"):
        read(custom("VulnerabilityReport"))
    assert read(custom("VulnerabilityReport", vulnerabilities=None)).problems == ()


def test_the_details_of_a_benchmark_as_written_before_the_operator_kept_them_together() -> None:
    entries = [
        {"name": "replicaset-web-5d66dbcc85", "namespace": "shop", "msg": "x", "status": "FAIL"},
        {"name": "api", "namespace": "shop", "msg": "", "status": "PASS"},
        {"name": "job", "namespace": "shop", "msg": "", "status": "WARN"},
    ]
    checked = {"objectType": "ReplicaSet", "id": "KSV012", "details": entries}
    control = {"id": "1.0", "name": "No root", "severity": "MEDIUM", "checkResults": [checked]}
    details = {"type": {"name": "nsa"}, "controlCheck": [control]}
    kind = "ClusterComplianceDetailReport"
    with pytest.raises(UnreadableReport, match="not made yet"):
        read({"apiVersion": VERSION, "kind": kind, "metadata": {}, "report": {}})
    scan = read({"apiVersion": VERSION, "kind": kind, "metadata": {}, "report": details})
    assert [found.state for found in scan.results] == [
        FindingState.OPEN,
        FindingState.PASSED,
        FindingState.NEEDS_REVIEW,
    ]
    assert [found.severity for found in scan.results] == [
        Severity.MEDIUM,
        Severity.INFO,
        Severity.MEDIUM,
    ]
    assert scan.results[0].locations == (Location("shop/replicaset-web-5d66dbcc85"),)
    assert (MappingKind.RULE, "trivy:KSV012") in routing_keys(scan.results[0])
    assert scan.account.skipped == 0


def test_an_image_whose_system_has_no_support_is_not_clean() -> None:
    system = {"family": "debian", "name": "9.13", "eosl": True}
    scan = read(custom("VulnerabilityReport", vulnerabilities=[], os=system))
    (problem,) = scan.problems
    assert "debian 9.13" in str(problem)
    assert read(custom("VulnerabilityReport", vulnerabilities=[], os={})).problems == ()


def test_a_score_of_the_database_where_the_operator_chose_none() -> None:
    known = {"vulnerabilityID": "CVE-2026-1", "resource": "a", "severity": "UNKNOWN"}
    scores = {"cvss": {"nvd": {"V3Score": 9.8}, "ghsa": {"V3Score": 7.5}}, "cvsssource": "ghsa"}
    found = only(read(custom("VulnerabilityReport", vulnerabilities=[{**known, **scores}])))
    assert (found.cvss, found.severity) == (7.5, Severity.HIGH)
