"""What kube-bench says of a node, in all its forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def check(number: str = "1.2.1", status: str = "FAIL", **more: Any) -> dict[str, Any]:
    return {
        "test_number": number,
        "test_desc": "Ensure that the --anonymous-auth argument is set to false (Automated)",
        "audit": "ps -ef | grep kube-apiserver",
        "remediation": "Edit the API server pod specification file.",
        "status": status,
        "actual_value": "kube-apiserver --anonymous-auth=true",
        "scored": True,
        **more,
    }


def controls(*checks: Any, version: str = "cis-1.6", node: str = "master") -> dict[str, Any]:
    group = {"section": "1.2", "desc": "API Server", "results": list(checks)}
    return {
        "id": "1",
        "version": version,
        "text": "Master Node Security Configuration",
        "node_type": node,
        "tests": [group],
        "total_pass": 0,
    }


def test_a_check_that_failed() -> None:
    scan = read(controls(check()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("kube-bench", "kube-bench", "cis-1.6, master")
    assert (MappingKind.RULE, "kube-bench:cis-1.6:1.2.1") in routing_keys(found)
    assert (found.severity, found.state) == (Severity.MEDIUM, FindingState.OPEN)
    assert found.locations == (Location("master", parameter="1.2.1"),)
    assert found.snippet == "kube-apiserver --anonymous-auth=true"


def test_the_four_states() -> None:
    manual = check("1.2.2", "WARN", reason="Test marked as a manual test")
    left_out = check("1.2.4", "INFO", reason="Test marked as skip")
    scan = read(controls(check(), manual, check("1.2.3", "PASS"), left_out))
    assert [(found.state, found.reason) for found in scan.results] == [
        (FindingState.OPEN, ""),
        (FindingState.NEEDS_REVIEW, "Test marked as a manual test"),
        (FindingState.PASSED, ""),
        (FindingState.OBSERVATION, "Test marked as skip"),
    ]
    assert scan.problems == ()


def test_one_object_a_list_lines_and_controls_with_totals_say_the_same() -> None:
    first, second = controls(check()), controls(check("4.1.1"), node="node")
    lines = f"{json.dumps(first)}\n{json.dumps(second)}\n"
    scans = [
        read(lines),
        read([first, second]),
        read({"Controls": [first, second], "Totals": {"total_fail": 2}}),
    ]
    assert len({tuple(fingerprints(scan)) for scan in scans}) == 1
    assert scans[0].account.findings == 2


@pytest.mark.parametrize(
    ("version", "benchmark"),
    [
        ("1.5", "cis-1.5"),
        ("1.6", "cis-1.6"),
        ("1.11", "cis-1.3"),
        ("1.13", "cis-1.4"),
        ("cis-1.11", "cis-1.11"),
        ("eks-1.0.1", "eks-1.0.1"),
    ],
)
def test_versions_name_a_benchmark(version: str, benchmark: str) -> None:
    assert only(read(controls(check(), version=version))).rule_id == f"{benchmark}:1.2.1"


def test_another_answer_to_the_same_check_is_the_same_finding() -> None:
    before = fingerprints(read(controls(check())))
    assert fingerprints(read(controls(check(actual_value="", status="WARN")))) == before
    assert fingerprints(read(controls(check(), version="cis-1.7"))) != before


def test_a_report_without_checks_proves_nothing() -> None:
    assert read({"Controls": [], "Totals": {"total_pass": 0}}).problems
    assert read(controls()).problems
    with pytest.raises(UnreadableReport, match="only totals"):
        read({"Totals": {"total_pass": 20, "total_fail": 3}})


def test_fields_of_the_wrong_type_are_named() -> None:
    with pytest.raises(UnreadableReport, match="Controls should be"):
        read({"Controls": {}, "Totals": {}})
    with pytest.raises(UnreadableReport, match="tests should be"):
        read({"node_type": "node", "tests": "1"})
    assert read(controls(check(), 7)).account.skipped == 1


def test_the_objects_that_a_cluster_keeps_of_its_nodes() -> None:
    def kept(node: str) -> dict[str, Any]:
        return {
            "apiVersion": "aquasecurity.github.io/v1alpha1",
            "kind": "CISKubeBenchReport",
            "metadata": {"name": node},
            "report": {"sections": [controls(check(), version="1.20", node="node")]},
        }

    assert only(read(kept("worker-1"))).locations == (Location("node worker-1", parameter="1.2.1"),)
    several = {"apiVersion": "v1", "kind": "List", "items": [kept("worker-1"), kept("worker-2")]}
    scan = read(several)
    assert (scan.account.read, len(scan.results)) == (2, 2)
    assert scan.target == "cis-1.20, node worker-1, node worker-2"
    with pytest.raises(UnreadableReport, match=r"report\.sections should be"):
        read({**kept("worker-1"), "report": {"sections": {"node_type": 1, "tests": 2}}})
