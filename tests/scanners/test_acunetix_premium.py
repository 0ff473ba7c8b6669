"""What Acunetix Premium says in the JSON of its exports and of its API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

KIND = {
    "vt_id": "t1",
    "app_id": "sql_injection",
    "name": "SQL injection",
    "description": "<p>SQL is built by hand.</p>",
    "recommendation": "Use parameters.",
    "severity": 3,
    "tags": ["CWE-89", "sql_injection"],
    "cvss_score": 9.8,
    "refs": [{"rel": "About it", "href": "https://sql.example/a"}],
}


def entry(**more: Any) -> dict[str, Any]:
    """Return a vulnerability of an export."""
    info = {
        "vt_id": "t1",
        "name": "SQL injection",
        "host": "bank.example",
        "url": "https://bank.example/cards",
        "details": "URL encoded GET input <b>pan</b> was set to 1",
        "request": "GET /cards?pan=1 HTTP/1.1\r\nCookie: sid=abc\r\n\r\n",
        "status": "open",
        **more,
    }
    return {"info": info, "response": "HTTP/1.1 200 OK"}


def export(*found: Any, **info: Any) -> dict[str, Any]:
    """Return an export of one scan."""
    about = {"start_url": "https://bank.example/", "start_date": "2026-01-12T09:30:00Z", **info}
    scan = {"info": about, "vulnerabilities": list(found), "vulnerability_types": [KIND]}
    return {"export": {"lang": "en", "scans": [scan]}}


def listed(**more: Any) -> dict[str, Any]:
    """Return a list of the API."""
    one = {
        "vt_name": "SQL injection",
        "affects_url": "https://bank.example/cards",
        "affects_detail": "pan",
        "severity": 4,
        "status": "open",
        "tags": ["CWE-89"],
        **more,
    }
    return {"vulnerabilities": [one], "pagination": {"count": 1}}


def test_a_vulnerability_of_an_export_has_what_its_type_says() -> None:
    scan = read(export(entry()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == (
        "acunetix",
        "Acunetix",
        "https://bank.example/",
    )
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.severity, found.cwes) == ("SQL injection", Severity.HIGH, (89,))
    assert found.description.startswith("SQL is built by hand.")
    assert (found.cvss, found.solution) == (9.8, "Use parameters.")
    assert found.references == ("https://sql.example/a",)
    assert found.locations == (Location("https://bank.example/cards", method="GET"),)
    assert "sid=abc" not in found.snippet


def test_a_vulnerability_of_the_api_says_all_itself() -> None:
    found = only(read(listed()))
    assert (found.severity, found.cwes) == (Severity.CRITICAL, (89,))
    assert found.locations == (Location("https://bank.example/cards", parameter="pan"),)
    again = listed(affects_url="https://bank.example/cards?pan=2")
    assert fingerprints(read(again)) == [found.fingerprint]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("open", FindingState.OPEN),
        ("rediscovered", FindingState.OPEN),
        ("fixed", FindingState.PASSED),
        ("ignored", FindingState.SUPPRESSED),
        ("false_positive", FindingState.SUPPRESSED),
    ],
)
def test_what_a_person_or_a_retest_said(status: str, state: FindingState) -> None:
    assert only(read(listed(status=status))).state is state
    assert only(read(export(entry(status=status)))).state is state


def test_what_is_not_whole_proves_nothing() -> None:
    assert read(export(status="completed")).problems == ()
    assert read(export(status="aborted")).problems
    assert read({"export": {"scans": []}, "info": {}, "vulnerabilities": []}).problems
    assert read({**listed(), "pagination": {"count": 7}}).problems


def test_entries_without_name_are_skipped_and_other_types_refused() -> None:
    account = read(export(entry(), {}, entry(name="", vt_id="?"))).account
    assert (account.read, account.findings, account.skipped) == (3, 1, 2)
    broken = export(entry())
    broken["export"]["scans"][0]["vulnerabilities"] = {"a": 1}
    with pytest.raises(UnreadableReport, match="should be"):
        read(broken)
