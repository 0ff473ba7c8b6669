"""What kubeaudit writes into its log."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, ParsedScan, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def result(name: str = "PrivilegedTrue", level: str = "error", **more: Any) -> dict[str, Any]:
    return {
        "AuditResultName": name,
        "Container": "web",
        "ResourceApiVersion": "apps/v1",
        "ResourceKind": "Deployment",
        "ResourceName": "shop",
        "ResourceNamespace": "prod",
        "level": level,
        "msg": "privileged is set to 'true' in the container SecurityContext.",
        "time": "2023-11-23T18:43:58+01:00",
        **more,
    }


def lines(*found: Any) -> ParsedScan:
    return read("".join(f"{json.dumps(line)}\n" for line in found))


def test_a_result() -> None:
    scan = lines(result(), result("LimitsNotSet", "warning"))
    found = scan.results[0]
    assert (scan.format, scan.tool, scan.target) == ("kubeaudit", "kubeaudit", "prod")
    assert scan.started_at == datetime(2023, 11, 23, 17, 43, 58, tzinfo=UTC)
    assert (MappingKind.RULE, "kubeaudit:PrivilegedTrue") in routing_keys(found)
    assert [part.severity for part in scan.results] == [Severity.HIGH, Severity.MEDIUM]
    assert found.locations == (Location("prod/Deployment/shop", parameter="web"),)


def test_a_single_line_is_a_report_too() -> None:
    assert lines(result()).account.findings == 1


def test_what_a_label_allows_is_suppressed_and_the_same_finding() -> None:
    allowed = result("PrivilegedTrueAllowed", "warning", OverrideReason="needs the device")
    found = only(lines(allowed))
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, "needs the device")
    assert found.rule_id == "PrivilegedTrue"
    assert [found.fingerprint] == fingerprints(lines(result()))


def test_another_container_or_capability_is_another_finding() -> None:
    scan = lines(
        result("CapabilityAdded", Metadata="NET_ADMIN"),
        result("CapabilityAdded", Metadata="SYS_TIME"),
        result("CapabilityAdded", Metadata="SYS_TIME", Container="proxy"),
    )
    assert len(set(fingerprints(scan))) == 3
    later = lines(result("CapabilityAdded", Metadata="SYS_TIME", time="2024-01-01T00:00:00Z"))
    assert only(later).fingerprint in fingerprints(scan)


def test_the_older_versions_name_no_result() -> None:
    old = {
        "Container": "web",
        "KubeType": "deployment",
        "Name": "shop",
        "Namespace": "prod",
        "level": "error",
        "msg": "RunAsNonRoot is not set",
        "time": "2019-01-01T00:00:00Z",
    }
    found = only(lines(old))
    assert (found.rule_id, found.title) == ("", "RunAsNonRoot is not set")
    assert found.locations == (Location("prod/deployment/shop", parameter="web"),)


def test_the_capabilities_of_a_container_are_results_of_their_own() -> None:
    named = result(AuditResultName="CapabilityNotDropped", msg="Capability not dropped.")
    scan = lines(named | {"Capability": "CHOWN"}, named | {"Capability": "KILL"})
    assert [found.description.splitlines()[-1] for found in scan.results] == [
        "Capability: CHOWN",
        "Capability: KILL",
    ]
    assert len(set(fingerprints(scan))) == 2
    old = {"KubeType": "pod", "Name": "a", "level": "error", "msg": "Capability added", "time": "t"}
    assert len(lines(old | {"CapName": "CHOWN"}, old | {"CapName": "KILL"}).results) == 2


@pytest.mark.parametrize(
    ("message", "state"),
    [
        ("Capability allowed", FindingState.SUPPRESSED),
        ("Allowed setting readOnlyRootFilesystem to false", FindingState.SUPPRESSED),
        ("Allowed setting privileged to true, but it is set to false", FindingState.OPEN),
        ("Capability allowed but not present", FindingState.OPEN),
    ],
)
def test_what_a_label_allows_in_the_older_versions(message: str, state: FindingState) -> None:
    old = {"KubeType": "pod", "Name": "a", "level": "warning", "msg": message, "time": "t"}
    found = only(lines(old | {"Reason": "needed by the sidecar"}))
    assert found.state is state
    assert found.reason == ("needed by the sidecar" if state is FindingState.SUPPRESSED else "")


def test_messages_of_the_log_are_no_results_and_errors_spoil_the_scan() -> None:
    info = {"level": "info", "msg": "Running inside cluster", "time": "2024-01-01T00:00:00Z"}
    scan = lines(info, result())
    assert (scan.account.findings, scan.account.skipped, scan.problems) == (1, 1, ())
    fatal = {"level": "fatal", "msg": "Error auditing cluster", "error": "forbidden"}
    scan = lines(result(), fatal)
    assert "stopped with an error: Error auditing cluster: forbidden" in str(scan.problems[0])


def test_a_broken_line_is_named() -> None:
    with pytest.raises(UnreadableReport, match="Line 2"):
        read(f'{json.dumps(result())}\n{{"AuditResultName": \n')
