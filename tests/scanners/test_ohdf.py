"""What an OHDF document says: controls of InSpec, and of tools that were converted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_TOOL, FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def outcome(status: str = "failed", **more: Any) -> dict[str, Any]:
    return {"status": status, "code_desc": "SSH is expected", "start_time": "", **more}


def control(*results: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": "sshd-01",
        "title": "Root must not sign in",
        "desc": "Disable it.",
        "impact": 0.7,
        "tags": {"nist": ["AC-6"]},
        "refs": [],
        "source_location": {},
        "results": list(results),
        **more,
    }


def ohdf(*controls: Any, profile: str = "ssh-baseline", **root: Any) -> dict[str, Any]:
    whole = {"name": profile, "version": "2.0", "sha256": "0", "controls": list(controls)}
    return {
        "platform": {"name": "ubuntu", "release": "22.04", "target_id": "host-1"},
        "profiles": [whole],
        "statistics": {"duration": 1.5},
        "version": "5.22.3",
        **root,
    }


def converted(profile: str, *controls: Any) -> dict[str, Any]:
    platform = {"name": "Heimdall Tools", "release": "2.6.29"}
    return ohdf(*controls, profile=profile, platform=platform, statistics={})


def test_a_tool_of_any_name_fits() -> None:
    long = "a tool " * 50
    for document in (
        converted(long, control(outcome())),
        ohdf(control(outcome()), platform={"name": long}, statistics={}),
    ):
        assert 0 < len(only(read(document)).tool) <= MAX_TOOL


def test_a_failed_control_of_inspec() -> None:
    scan = read(
        ohdf(
            control(
                outcome("passed"),
                outcome(message="expected no", start_time="2026-01-12T09:30:00+00:00"),
                descriptions=[{"label": "fix", "data": "Set PermitRootLogin no"}],
                refs=[{"url": "https://docs.example/ssh"}],
            )
        )
    )
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("ohdf", "InSpec", "5.22.3")
    assert (scan.target, scan.started_at) == ("host-1", datetime(2026, 1, 12, 9, 30, tzinfo=UTC))
    assert (found.rule_id, found.state, found.severity) == (
        "sshd-01",
        FindingState.OPEN,
        Severity.HIGH,
    )
    assert (found.solution, found.occurrences) == ("Set PermitRootLogin no", 1)
    assert found.references == ("https://docs.example/ssh",)
    assert "expected no" in found.snippet


@pytest.mark.parametrize(
    ("results", "more", "state"),
    [
        ([outcome("passed")], {}, FindingState.PASSED),
        ([outcome("passed"), outcome("skipped")], {}, FindingState.NEEDS_REVIEW),
        ([outcome("skipped", skip_message="by hand")], {}, FindingState.NEEDS_REVIEW),
        ([outcome("failed")], {"impact": 0}, FindingState.NOT_APPLICABLE),
        ([outcome("not_applicable")], {}, FindingState.NOT_APPLICABLE),
        ([outcome("failed"), outcome("error")], {}, FindingState.OPEN),
        ([outcome("error")], {}, FindingState.NEEDS_REVIEW),
        ([], {}, FindingState.NEEDS_REVIEW),
    ],
)
def test_the_state_of_a_control(
    results: list[Any], more: dict[str, Any], state: FindingState
) -> None:
    scan = read(ohdf(control(*results, **more)))
    assert only(scan).state is state
    assert bool(scan.problems) == any(result["status"] == "error" for result in results)


@pytest.mark.parametrize(("skipped", "suppressed"), [(True, True), (False, False), ("", False)])
def test_a_waiver_suppresses_with_its_justification(skipped: object, suppressed: bool) -> None:
    waiver = {"skipped_due_to_waiver": skipped, "justification": "accepted by the board"}
    found = only(read(ohdf(control(outcome("failed"), waiver_data=waiver))))
    assert (found.state is FindingState.SUPPRESSED) is suppressed
    assert found.reason == ("accepted by the board" if suppressed else "")


def test_a_converted_report_of_zap_leads_by_the_rules_of_zap() -> None:
    said = "Method: GET\nParam: q\nUri: https://bank.example/a?q=1\n"
    alert = control(outcome(code_desc=said), id="40018.2", tags={"cweid": "89"})
    found = only(read(converted("OWASP ZAP Scan", alert)))
    assert (found.tool, found.rule_id, found.cwes) == ("ZAP", "40018", (89,))
    assert found.locations == (Location("https://bank.example/a?q=1", None, "GET", "q"),)


def test_what_checkov_skipped_is_suppressed_with_its_comment() -> None:
    skipped = control(
        outcome(
            "skipped",
            code_desc="Resource: bucket\nFile: /s3/main.tf:4-9\n",
            message="Entity: {}\nSuppress Comment: logged elsewhere\n",
        ),
        id="CKV_AWS_18\naws_s3_bucket.a",
    )
    found = only(read(converted("Checkov", skipped)))
    assert (found.rule_id, found.reason) == ("CKV_AWS_18", "logged elsewhere")
    assert found.state is FindingState.SUPPRESSED
    assert found.locations == (Location("/s3/main.tf", 4),)


def test_secrets_of_converted_secrets_scanners_are_left_out() -> None:
    leak = control(outcome(code_desc="x", message='{"Raw": "ghp_abcdefghijklmnop"}'))
    scan = read(converted("Source ID: 1, Source Name: trufflehog", leak))
    assert scan.tool == "TruffleHog"
    assert "ghp_abc" not in str(scan.to_json())


def test_controls_of_an_overlay_are_counted_once() -> None:
    passed = control(outcome("passed"))
    base = {"name": "base", "sha256": "1", "parent_profile": "over", "controls": [passed]}
    over = {"name": "over", "sha256": "2", "controls": [control()]}
    scan = read(ohdf(profiles=[over, base]))
    assert (scan.account.read, scan.account.passes, scan.account.skipped) == (2, 1, 1)
    assert scan.account.adds_up


def test_the_minimal_form_has_a_result_for_each_test() -> None:
    rows = [
        {"id": "a", "profile_id": "p", "profile_sha256": "0", "status": "passed", "code_desc": "1"},
        {"id": "a", "profile_id": "p", "profile_sha256": "0", "status": "failed", "code_desc": "2"},
    ]
    scan = read({"controls": rows, "statistics": {"duration": 1}, "version": "5"})
    assert (scan.account.read, scan.account.passes, scan.account.findings) == (2, 1, 1)
    assert len(set(fingerprints(scan))) == 2


def test_what_did_not_run_is_told() -> None:
    failed = {"name": "p", "sha256": "0", "status": "failed", "controls": []}
    assert read(ohdf(profiles=[failed])).problems
    with pytest.raises(UnreadableReport, match=r"profiles\[0\]\.controls should be"):
        read(ohdf(profiles=[{"name": "p", "sha256": "0", "controls": 3}]))
    with pytest.raises(UnreadableReport, match="was not run"):
        read({"name": "p", "sha256": "0", "supports": [], "controls": [control()]})


def test_inspec_1_names_itself_behind_its_profiles() -> None:
    old = outcome(start_time="2017-07-10 14:42:11 -0400")
    many = [control(old, id=f"os-{number}", desc="d" * 400) for number in range(300)]
    whole = ohdf(*many)
    del whole["profiles"][0]["sha256"]
    first = {name: whole[name] for name in ("version", "profiles")}
    scan = read(first | whole)
    assert (scan.format, scan.tool, scan.account.findings) == ("ohdf", "InSpec", 300)
    assert scan.started_at == datetime(2017, 7, 10, 18, 42, 11, tzinfo=UTC)
