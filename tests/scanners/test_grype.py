"""What a Grype report says, in its versions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def match(**vulnerability: Any) -> dict[str, Any]:
    """Return one match."""
    return {
        "vulnerability": {
            "id": "GHSA-aaaa-bbbb-cccc",
            "severity": "High",
            "dataSource": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
            "fix": {"versions": ["2.0", "1.9.1"], "state": "fixed"},
            "epss": [{"cve": "CVE-2024-1111", "epss": 0.25}],
            **vulnerability,
        },
        "relatedVulnerabilities": [
            {
                "id": "CVE-2024-1111",
                "description": "Reads too far.",
                "cvss": [
                    {"version": "2.0", "metrics": {"baseScore": 9.9}},
                    {"version": "3.1", "metrics": {"baseScore": 7.5}},
                ],
            }
        ],
        "matchDetails": [{"type": "exact-direct-match", "matcher": "npm-matcher"}],
        "artifact": {
            "name": "left",
            "version": "1.0",
            "type": "npm",
            "purl": "pkg:npm/%40scope/left@1.0",
            "locations": [{"path": "/app/package-lock.json", "layerID": "sha256:00"}],
        },
    }


def grype(*matches: Any, **more: Any) -> dict[str, Any]:
    """Return a report."""
    return {
        "matches": list(matches),
        "source": {"type": "image", "target": {"userInput": "shop:1.2"}},
        "distro": {"name": "alpine"},
        "descriptor": {
            "name": "grype",
            "version": "0.94.0",
            "timestamp": "2026-01-12T09:30:00.123456789Z",
        },
        **more,
    }


def test_a_match_is_a_finding() -> None:
    scan = read(grype(match()))
    assert (scan.format, scan.tool, scan.tool_version) == ("grype", "Grype", "0.94.0")
    assert scan.target == "shop:1.2"
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, 0, 123456, UTC)
    found = only(scan)
    assert (found.rule_id, found.title) == ("CVE-2024-1111", "CVE-2024-1111: left@1.0")
    assert (found.severity, found.cvss, found.epss) == (Severity.HIGH, 7.5, 0.25)
    assert found.cwes == (1395,)  # a vulnerable component; Grype names no weakness
    assert found.locations == (Location("/app/package-lock.json", parameter="left@1.0"),)
    assert found.description == "Reads too far."
    assert found.solution == "Fixed in: 2.0, 1.9.1"


def test_a_weakness_that_newer_versions_name_counts() -> None:
    cwes = [{"cve": "CVE-2024-1111", "cwe": "CWE-125"}]
    assert only(read(grype(match(cwes=cwes)))).cwes == (125,)


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("Critical", Severity.CRITICAL),
        ("Negligible", Severity.INFO),
        ("Unknown", Severity.HIGH),  # by its CVSS score
        (None, Severity.HIGH),
    ],
)
def test_severity(word: str | None, severity: Severity) -> None:
    assert only(read(grype(match(severity=word)))).severity is severity


def test_what_a_rule_ignores_is_suppressed_with_its_reason() -> None:
    rules = [{"vulnerability": "CVE-2024-1111", "reason": "not built", "package": {"name": "left"}}]
    scan = read(grype(ignoredMatches=[{**match(), "appliedIgnoreRules": rules}]))
    found = only(scan)
    assert found.state is FindingState.SUPPRESSED
    assert found.reason == "name: left, vulnerability: CVE-2024-1111, reason: not built"
    assert (scan.account.read, scan.account.suppressed, scan.problems) == (1, 1, ())


def test_the_first_versions_wrote_an_array_and_hyphens() -> None:
    old = match(severity="", **{"cvss-v2": {"base-score": 5.0}, "fixed-in-version": "3"})
    scan = read([{**old, "relatedVulnerabilities": None}])
    found = only(scan)
    assert (found.cvss, found.severity) == (5.0, Severity.MEDIUM)
    assert found.solution == "Fixed in: 2.0, 1.9.1, 3"


def test_no_match_is_clean_unless_the_database_was_not_valid() -> None:
    assert read(grype()).problems == ()
    for database in ({"error": "too old"}, {"status": {"valid": False}}):
        broken = grype(descriptor={"name": "grype", "version": "1", "db": database})
        assert read(broken).problems


def test_an_upgrade_that_solves_nothing_is_the_same_finding() -> None:
    upgraded = match()
    upgraded["artifact"] = {**upgraded["artifact"], "version": "1.1"}
    assert fingerprints(read(grype(match()))) == fingerprints(read(grype(upgraded)))
    elsewhere = match()
    elsewhere["artifact"] = {**elsewhere["artifact"], "locations": [{"path": "/b/package.json"}]}
    assert len(set(fingerprints(read(grype(match(), elsewhere))))) == 2


def test_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableReport, match="matches should be"):
        read(grype(matches={}))
    scan = read(grype(match(), 42, match(id=None)))
    assert (scan.account.read, scan.account.skipped) == (3, 2)
    assert scan.account.adds_up


def test_several_images_in_one_array_keep_the_results_of_each() -> None:
    other = grype(match(), match(id="CVE-2024-9"), source={"target": {"userInput": "cart:7"}})
    scan = read([grype(match()), other])
    assert (scan.tool_version, scan.target) == ("0.94.0", "shop:1.2, cart:7")
    assert (scan.account.read, scan.account.findings, scan.account.skipped) == (3, 3, 0)
    empty = read([grype(), grype()])
    assert (empty.format, empty.account.read, empty.problems) == ("grype", 0, ())


def test_a_system_without_support_proves_nothing() -> None:
    alert = {"type": "distro-eol", "message": "x", "metadata": {"name": "debian", "version": "9"}}
    scan = read(grype(alertsByPackage=[{"package": {"name": "apt"}, "alerts": [alert, alert]}]))
    (problem,) = scan.problems
    assert "debian 9" in str(problem)


def test_weaknesses_stand_with_the_vulnerability_or_with_its_exploits() -> None:
    exploited = [{"cve": "CVE-2024-1111", "cwes": ["CWE-22"]}]
    named = [{"cve": "CVE-2024-1111", "cwe": "CWE-79", "source": "nvd"}]
    assert only(read(grype(match(knownExploited=exploited)))).cwes == (22,)
    assert only(read(grype(match(knownExploited=exploited, cwes=named)))).cwes == (22, 79)


def test_a_package_without_file_or_url_is_its_own_place() -> None:
    bare = match()
    bare["artifact"] = {"name": "left", "version": "1.0"}
    assert only(read(grype(bare))).locations == (Location("left", parameter="left@1.0"),)
