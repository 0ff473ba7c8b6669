"""What kube-hunter says of a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read

NODE = {"type": "Node/Master", "location": "10.0.0.1"}
SERVICE = {"service": "Kubelet API", "location": "10.0.0.1:10250", "description": "Runs pods"}


def vulnerability(**more: Any) -> dict[str, Any]:
    return {
        "location": "10.0.0.1:10255",
        "vid": "KHV044",
        "category": "Privilege Escalation",
        "severity": "high",
        "vulnerability": "Privileged Container",
        "description": "A privileged container exists on a node",
        "evidence": "pod: kube-proxy, count: 1",
        "hunter": "Kubelet Readonly Ports Hunter",
        **more,
    }


def hunted(*found: Any, services: Any = (), **more: Any) -> dict[str, Any]:
    return {
        "nodes": [NODE],
        "services": list(services),
        "vulnerabilities": list(found),
        "kburl": "https://kb.example/{vid}",
        **more,
    }


def test_a_vulnerability_and_an_open_service() -> None:
    scan = read(hunted(vulnerability(), services=[SERVICE]))
    weak, service = scan.results
    assert (scan.format, scan.tool, scan.target) == ("kube-hunter", "kube-hunter", "10.0.0.1")
    assert (MappingKind.RULE, "kube-hunter:KHV044") in routing_keys(weak)
    assert (weak.severity, weak.locations) == (Severity.HIGH, (Location("10.0.0.1:10255"),))
    assert weak.references == ("https://kb.example/KHV044",)
    assert (service.state, service.title) == (FindingState.OBSERVATION, "Kubelet API")


def test_what_is_equal_in_everything_is_merged() -> None:
    scan = read(hunted(vulnerability(), vulnerability()))
    assert (scan.account.read, scan.account.findings, scan.account.merged) == (2, 2, 1)


def test_the_next_run_from_another_pod_has_the_same_findings() -> None:
    before = read(hunted(vulnerability(location="Local to Pod (kube-hunter-x7x9c)")))
    after = read(hunted(vulnerability(location="Local to Pod (kube-hunter-b2b4d)", evidence="")))
    assert fingerprints(before) == fingerprints(after)
    other = read(hunted(vulnerability(location="10.0.0.2:10255")))
    assert fingerprints(before) != fingerprints(other)


def test_tokens_that_were_found_are_masked() -> None:
    found = only(read(hunted(vulnerability(evidence="token: eyJhbGciOiJSUzI1.eyJpc3Mi.c2lnbg"))))
    assert found.snippet == "token: eyJh****"


def test_nodes_without_vulnerabilities_are_clean_and_no_nodes_are_not() -> None:
    assert read(hunted()).problems == ()
    assert read(hunted(nodes=[])).problems
    nothing = read({"nodes": [], "services": [], "vulnerabilities": []})
    assert (nothing.format, nothing.results) == ("kube-hunter", ())
    assert nothing.problems


def test_fields_of_the_wrong_type_are_named() -> None:
    with pytest.raises(UnreadableReport, match="vulnerabilities should be"):
        read({"nodes": [NODE], "services": [SERVICE]})
    with pytest.raises(UnreadableReport, match="services should be"):
        read(hunted() | {"services": "x"})
    assert read(hunted(vulnerability(), 7)).account.skipped == 1
