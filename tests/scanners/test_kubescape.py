"""What Kubescape says, by resource and in its older form by framework."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read

FIX = {"path": "spec.containers[0].securityContext.privileged", "value": "false"}


def rule(status: str = "failed", **more: Any) -> dict[str, Any]:
    return {"name": "privileged", "status": status, "paths": [{"fixPath": FIX}], **more}


def control(status: str = "", more: str = "", rules: Any = None) -> dict[str, Any]:
    told = {"status": {"status": status, "subStatus": more}} if status else {}
    rules = [rule()] if rules is None else rules
    return {"controlID": "C-0057", "name": "Privileged container", "rules": rules, **told}


def summed(status: str = "failed", more: str = "", score: float = 8, **counts: int) -> Any:
    return {
        "name": "Privileged container",
        "statusInfo": {"status": status, "subStatus": more},
        "ResourceCounters": counts,
        "scoreFactor": score,
    }


def kubescape(*controls: Any, **more: Any) -> dict[str, Any]:
    identifier = "path=1881121400/api=apps/v1/shop/Deployment/web"
    content = {"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}
    resource = {
        "resourceID": identifier,
        "object": content,
        "source": {"relativePath": "k8s/web.yaml"},
    }
    return {
        "generationTime": "2026-01-12T09:30:00Z",
        "customerGUID": "",
        "clusterName": "prod",
        "summaryDetails": {"controls": {"C-0057": summed()}},
        "resources": [resource],
        "results": [{"resourceID": identifier, "controls": list(controls)}],
        "metadata": {"scanMetadata": {"kubescapeVersion": "v3.0.3"}},
        **more,
    }


def old(*responses: Any, status: str = "success", message: str = "") -> dict[str, Any]:
    ruled = {
        "name": "privileged",
        "ruleStatus": {"status": status, "message": message},
        "ruleResponses": list(responses) or None,
    }
    report = {
        "controlID": "C-0057",
        "name": "Privileged container",
        "baseScore": 8,
        "remediation": "Remove it.",
        "ruleReports": [ruled],
    }
    return {"name": "NSA", "controlReports": [report]}


ALERT = {
    "alertMessage": "Pod web is privileged",
    "failedPaths": ["spec.containers[0]"],
    "alertObject": {"k8sApiObjects": [{"kind": "Pod", "metadata": {"name": "web"}}]},
}


def test_a_control_that_a_resource_fails() -> None:
    scan = read(kubescape(control()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("kubescape", "Kubescape", "3.0.3")
    assert (scan.target, scan.started_at) == ("prod", datetime(2026, 1, 12, 9, 30, tzinfo=UTC))
    assert (MappingKind.RULE, "kubescape:C-0057") in routing_keys(found)
    assert found.severity is Severity.HIGH
    assert found.locations == (Location("k8s/web.yaml", parameter="shop/Deployment/web"),)
    assert found.description == f"{FIX['path']}={FIX['value']}"


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        (control(status="failed"), FindingState.OPEN),
        (control(status="passed", rules=[rule("passed")]), FindingState.PASSED),
        (control(rules=[rule("passed")]), FindingState.PASSED),
        (control(rules=[rule(exception=[{"name": "ours"}])]), FindingState.SUPPRESSED),
        (control(rules=[rule(exception=[{"name": "ours"}]), rule()]), FindingState.OPEN),
        (control(status="skipped"), FindingState.NEEDS_REVIEW),
        (
            control(status="passed", more="w/exceptions"),
            FindingState.SUPPRESSED,
        ),
        (
            control(status="passed", more="irrelevant"),
            FindingState.NOT_APPLICABLE,
        ),
    ],
)
def test_states_of_a_control_on_a_resource(entry: dict[str, Any], state: FindingState) -> None:
    assert only(read(kubescape(entry))).state is state


def test_controls_of_the_summary_that_no_resource_names() -> None:
    controls = {
        "C-0057": summed(),
        "C-0005": summed("passed", "irrelevant", passedResources=0),
        "C-0012": summed("skipped", "manual review"),
        "C-0066": summed("failed", failedResources=3),
        "C-0013": summed("passed", passedResources=4),
    }
    scan = read(kubescape(control(), summaryDetails={"controls": controls}))
    states = {found.rule_id: (found.state, found.occurrences) for found in scan.results}
    assert states["C-0005"] == (FindingState.NOT_APPLICABLE, 1)
    assert states["C-0012"] == (FindingState.NEEDS_REVIEW, 1)
    assert states["C-0066"] == (FindingState.OPEN, 3)
    assert states["C-0013"] == (FindingState.PASSED, 1)
    assert scan.account.read == 5


def test_accounts_with_other_roles_are_other_resources() -> None:
    def account(role: str) -> dict[str, Any]:
        return {
            "resourceID": f"//ServiceAccount/bot/path=1/ClusterRole/{role}",
            "object": {
                "kind": "ServiceAccount",
                "name": "bot",
                "relatedObjects": [{"kind": "ClusterRole", "metadata": {"name": role}}],
            },
        }

    both = [account("read"), account("write")]
    results = [{"resourceID": part["resourceID"], "controls": [control()]} for part in both]
    scan = read(kubescape(resources=both, results=results))
    assert len(set(fingerprints(scan))) == 2
    assert scan.results[0].locations == (
        Location("ServiceAccount/bot"),
        Location("ClusterRole/read"),
    )


def test_the_older_form_alone_in_a_list_and_in_a_report() -> None:
    whole = {"customerGUID": "", "clusterName": "prod", "frameworks": [old(ALERT)]}
    for data in (old(ALERT), [old(ALERT)], whole):
        found = only(read(data))
        assert (found.rule_id, found.severity) == ("C-0057", Severity.HIGH)
        assert found.locations == (Location("Pod/web"),)
        assert found.solution == "Remove it."
    excused = only(read(old({**ALERT, "exception": {"name": "ours"}})))
    assert (excused.state, excused.reason) == (FindingState.SUPPRESSED, "ours")
    assert only(read(old())).state is FindingState.PASSED


def test_a_rule_that_did_not_run_is_no_pass() -> None:
    scan = read(old(status="failed", message="undefined ref"))
    assert only(scan).state is FindingState.NEEDS_REVIEW
    assert "could not run a check: undefined ref" in str(scan.problems[0])


def test_a_report_in_which_nothing_applies_proves_nothing() -> None:
    controls = {"C-0005": summed("passed", "irrelevant")}
    assert read(kubescape(results=[], summaryDetails={"controls": controls})).problems
    assert read(kubescape(control(rules=[rule("passed")]))).problems == ()


def test_fields_of_the_wrong_type_are_named() -> None:
    with pytest.raises(UnreadableReport, match=r"results\[0\]\.controls should be"):
        read(kubescape(results=[{"resourceID": "x", "controls": {}}]))
    with pytest.raises(UnreadableReport, match="has no results"):
        read({"customerGUID": "", "clusterName": "prod", "reportGUID": ""})
    for broken in (7, {"vulnerabilities": 7}, {"vulnerabilities": {"CVEs": 7}}):
        with pytest.raises(UnreadableReport, match=r"summaryDetails.* should be"):
            read(kubescape(control(), summaryDetails=broken))
    assert read(kubescape(control(), 7)).account.skipped == 1


def test_vulnerabilities_of_images_that_were_scanned_too() -> None:
    summary = {
        "controls": {"C-0057": summed()},
        "vulnerabilities": {
            "CVEs": [
                {"id": "CVE-2024-1", "severity": "High", "package": "openssl", "version": "1.1"},
                {"severity": "Low"},
            ],
            "images": ["nginx:1.2"],
        },
    }
    scan = read(kubescape(control("failed"), summaryDetails=summary))
    found = scan.results[1]
    assert (found.rule_id, found.severity, found.cwes) == ("CVE-2024-1", Severity.HIGH, (1395,))
    assert found.locations == (Location("nginx:1.2", parameter="openssl@1.1"),)
    assert (scan.account.read, scan.account.findings, scan.account.skipped) == (3, 2, 1)


def test_states_as_other_versions_write_them() -> None:
    beside = {**control("passed"), "subStatus": "w/exceptions"}
    assert only(read(kubescape(beside))).state is FindingState.SUPPRESSED
    nothing = {"passedResources": 0, "failedResources": 0, "skippedResources": 0}
    controls = {
        "C-0001": {"statusInfo": {}, "status": "", "ResourceCounters": nothing},
        "C-0002": {"statusInfo": {}, "status": "", "ResourceCounters": {"failedResources": 1}},
    }
    scan = read(kubescape(control("passed"), summaryDetails={"controls": controls}))
    assert [found.state for found in scan.results[1:]] == [
        FindingState.NOT_APPLICABLE,
        FindingState.NEEDS_REVIEW,
    ]


def test_a_list_of_reports() -> None:
    scan = read([kubescape(control("failed")), kubescape(control("passed"))])
    assert (scan.account.findings, scan.account.passes) == (1, 1)
