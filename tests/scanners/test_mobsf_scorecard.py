"""What the scorecard of MobSF says."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def entry(title: str, section: str, description: str = "") -> dict[str, str]:
    return {"title": title, "description": description or title, "section": section}


def card(**groups: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"high": [], "warning": [], "info": [], "secure": [], "hotspot": []}
    return {
        **empty,
        "security_score": 40,
        "app_name": "Bank",
        "hash": "0" * 32,
        "version_name": "1.0",
        "version": "v4.0.7",
        "title": "AppSec Scorecard",
        **groups,
    }


def test_groups_are_severities_and_states() -> None:
    scan = read(
        card(
            high=[entry("Debug Enabled For App", "manifest", "[android:debuggable=true]\nx")],
            warning=[entry("Application binary has rpath set", "macho")],
            secure=[entry("This application has no privacy trackers", "trackers")],
            hotspot=[entry("Found 8 critical permission(s)", "permissions")],
        )
    )
    assert (scan.format, scan.tool, scan.target) == ("mobsf-scorecard", "MobSF", "Bank 1.0")
    assert [(found.rule_id, found.severity, found.state) for found in scan.results] == [
        ("app_is_debuggable", Severity.HIGH, FindingState.OPEN),
        ("macho.rpath", Severity.MEDIUM, FindingState.OPEN),
        ("trackers", Severity.INFO, FindingState.PASSED),
        ("permission.dangerous", Severity.LOW, FindingState.NEEDS_REVIEW),
    ]
    assert scan.account.adds_up
    assert scan.problems == ()


def test_secrets_are_masked() -> None:
    said = 'These were found.\n"api_key" : "AIzaSyBbOHG6DDa6DOcRGEg57mw9n"\nAIzaSyBbOHG6DDa6DOc'
    scan = read(card(warning=[entry("This app may contain hardcoded secrets", "secrets", said)]))
    assert only(scan).rule_id == "secrets"
    assert "AIza****" in only(scan).description
    assert "SyBb" not in str(scan.to_json())


def test_another_count_of_permissions_is_the_same_finding() -> None:
    before = read(card(hotspot=[entry("Found 8 critical permission(s)", "permissions", "a")]))
    after = read(card(hotspot=[entry("Found 9 critical permission(s)", "permissions", "b")]))
    assert fingerprints(before) == fingerprints(after)


def test_the_same_check_of_two_components_is_two_findings() -> None:
    titles = [f"Activity (com.bank.{name}) is not Protected." for name in ("A", "B")]
    scan = read(card(warning=[entry(title, "manifest") for title in titles]))
    assert len(set(fingerprints(scan))) == 2
    assert {found.rule_id for found in scan.results} == {"explicitly_exported"}


def test_an_empty_scorecard_proves_nothing_and_broken_ones_are_told() -> None:
    assert read(card()).problems
    assert read(card(high=["text"])).account.skipped == 1
    with pytest.raises(UnreadableReport, match="high should be"):
        read(card(high={"title": "x"}))
