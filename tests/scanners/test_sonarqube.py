"""What SonarQube's web API and sonar-report say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def issue(**more: Any) -> dict[str, Any]:
    """Return one issue of the API."""
    return {
        "key": "AY-1",
        "rule": "python:S2077",
        "severity": "MAJOR",
        "component": "org:bank:src/cards.py",
        "project": "org:bank",
        "line": 59,
        "status": "OPEN",
        "message": "Do not build SQL by hand.",
        "tags": ["cwe", "cwe-89", "owasp-a9"],
        "type": "VULNERABILITY",
        **more,
    }


def hotspot(**more: Any) -> dict[str, Any]:
    """Return one hotspot of the API."""
    return {
        "key": "AY-9",
        "component": "org:bank:src/crypto.py",
        "project": "org:bank",
        "securityCategory": "weak-cryptography",
        "vulnerabilityProbability": "HIGH",
        "status": "TO_REVIEW",
        "line": 4,
        "message": "Make sure this hash is safe here.",
        "ruleKey": "python:S4790",
        **more,
    }


def api(*entries: Any, name: str = "issues", total: int | None = None) -> dict[str, Any]:
    """Return an answer of the API."""
    count = len(entries) if total is None else total
    return {
        "paging": {"pageIndex": 1, "pageSize": 100, "total": count},
        name: list(entries),
        "components": [{"key": "org:bank", "qualifier": "TRK", "name": "Bank"}],
    }


def program(*entries: Any, **root: Any) -> dict[str, Any]:
    """Return a file of sonar-report."""
    html = (
        "<p>Hashes.</p><a href='https://owasp.org/Top10/A02_2021-Cryptographic_Failures/'>A2</a>"
        "<a href='https://cwe.mitre.org/data/definitions/327'>CWE-327 - Broken</a>"
    )
    return {
        "date": "Monday, January 12, 2026",
        "projectName": "bank",
        "sonarBaseURL": "https://sonar.example",
        "rules": {"python:S4790": {"name": "Weak hash", "htmlDesc": html, "severity": "CRITICAL"}},
        "issues": list(entries),
        "hotspotKeys": [],
        **root,
    }


def test_an_issue_has_its_rule_weakness_severity_and_place() -> None:
    scan = read(api(issue()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("sonarqube", "SonarQube", "org:bank")
    assert (found.rule_id, found.severity) == ("python:S2077", Severity.MEDIUM)
    assert (found.cwes, found.tags) == ((89,), ())  # "owasp-a9" says not of which edition
    assert found.locations == (Location("src/cards.py", 59),)
    assert scan.problems == ()


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({"severity": "BLOCKER"}, Severity.CRITICAL),
        ({"severity": "CRITICAL"}, Severity.HIGH),
        ({"severity": "MINOR"}, Severity.LOW),
        ({"severity": None, "impacts": [{"severity": "HIGH"}]}, Severity.HIGH),
        ({"severity": None}, Severity.MEDIUM),
    ],
)
def test_severity(more: dict[str, Any], severity: Severity) -> None:
    assert only(read(api(issue(**more)))).severity is severity


def test_a_weakness_that_only_the_message_names() -> None:
    message = "Filename: a.jar | Reference: CVE-2024-2529 | CVSS Score: 6.4 | Category: CWE-120"
    found = only(read(api(issue(message=message, tags=["cwe-937"]))))
    assert found.cwes == (120, 937)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"status": "CONFIRMED"}, FindingState.OPEN),
        ({"status": "RESOLVED", "resolution": "FALSE-POSITIVE"}, FindingState.SUPPRESSED),
        ({"status": "RESOLVED", "resolution": "WONTFIX"}, FindingState.SUPPRESSED),
        ({"status": "", "issueStatus": "ACCEPTED"}, FindingState.SUPPRESSED),
        ({"status": "CLOSED", "resolution": "FIXED"}, FindingState.PASSED),
        ({"status": "CLOSED", "resolution": "REMOVED"}, FindingState.NOT_APPLICABLE),
        ({"status": "", "issueStatus": "FIXED"}, FindingState.PASSED),
        ({"status": "RESOLVED", "resolution": "FIXED"}, FindingState.SUPPRESSED),  # a person says
        ({"type": "SECURITY_HOTSPOT"}, FindingState.NEEDS_REVIEW),
        (
            {"type": "SECURITY_HOTSPOT", "status": "REVIEWED", "resolution": "FIXED"},
            FindingState.SUPPRESSED,
        ),
    ],
)
def test_states_of_issues(more: dict[str, Any], state: FindingState) -> None:
    found = only(read(api(issue(**more))))
    assert found.state is state
    assert bool(found.reason) is (state is not FindingState.OPEN)


def test_hotspots_need_review_until_somebody_decided() -> None:
    found = only(read(api(hotspot(), name="hotspots")))
    assert (found.state, found.rule_id) == (FindingState.NEEDS_REVIEW, "python:S4790")
    assert found.severity is Severity.HIGH
    safe = hotspot(status="REVIEWED", resolution="SAFE")
    decided = only(read(api(safe, name="hotspots")))
    assert (decided.state, decided.reason) == (FindingState.SUPPRESSED, "REVIEWED: SAFE")
    fixed = hotspot(status="REVIEWED", resolution="FIXED")
    assert only(read(api(fixed, name="hotspots"))).state is FindingState.PASSED
    acknowledged = hotspot(status="REVIEWED", resolution="ACKNOWLEDGED")
    assert only(read(api(acknowledged, name="hotspots"))).state is FindingState.OPEN


@pytest.mark.parametrize(
    "rule",
    [
        {"securityStandards": ["cwe:89", "owaspTop10-2021:a3"]},
        {"mdDesc": "See CWE-89."},
        {"descriptionSections": [{"key": "root_cause", "content": "<p>CWE-89</p>"}]},
    ],
)
def test_a_rule_names_its_weakness_in_many_places(rule: dict[str, Any]) -> None:
    answer = api(issue(tags=[])) | {"rules": [{"key": "python:S2077", **rule}]}
    assert only(read(answer)).cwes == (89,)


def test_pages_in_one_list_are_one_report() -> None:
    first, second = api(issue(), total=2), api(issue(key="AY-2"), total=2)
    scan = read([first, second])
    assert (scan.account.read, scan.target, scan.problems) == (2, "org:bank", ())
    assert "1 of 2" in str(read([first]).problems[0])
    assert fingerprints(read([first, second])) == fingerprints(read([second, first]))


def test_a_sorted_answer_that_begins_with_very_many_components_is_recognised() -> None:
    files = [
        {"key": f"bank:{n}.py", "longName": "x" * 200, "qualifier": "FIL", "path": f"{n}.py"}
        for n in range(400)
    ]
    answer = api(issue())
    scan = read({"components": files, **{key: answer[key] for key in ("issues", "paging")}})
    assert (scan.format, scan.account.findings) == ("sonarqube", 1)


def test_pages_one_behind_another_are_one_report() -> None:
    first, second = api(issue(), total=2), api(issue(key="AY-2"), total=2)
    assert read(json.dumps(first) + json.dumps(second)).account.read == 2


def test_a_bare_list_of_issues_or_hotspots_is_read() -> None:
    dated = {"creationDate": "2026-01-12T09:30:00+0000"}
    assert only(read([issue(**dated)])).state is FindingState.OPEN
    assert only(read([hotspot(**dated)])).state is FindingState.NEEDS_REVIEW


def test_sonar_report_tells_of_rules_what_they_are_about() -> None:
    entry = {
        "rule": "python:S4790",
        "severity": "HIGH",
        "status": "TO_REVIEW",
        "component": "crypto.py",
        "line": 4,
        "message": "Make sure this hash is safe here.",
        "key": "fe0b8add",
    }
    scan = read(program(entry))
    found = only(scan)
    assert (scan.target, scan.started_at) == ("bank", datetime(2026, 1, 12, tzinfo=UTC))
    assert (found.cwes, found.tags) == ((327,), ("owasp-top10-2021:A02",))
    assert found.state is FindingState.NEEDS_REVIEW
    listed = program(entry, rules=[{"key": "python:S4790", "htmlDesc": "CWE-328", "name": "x"}])
    assert only(read(listed)).cwes == (328,)


def test_a_part_of_the_results_is_no_proof() -> None:
    (problem,) = read(api(issue(), total=42)).problems
    assert "1 of 42" in str(problem)


def test_nothing_found_is_clean_only_for_a_named_project() -> None:
    assert read(program()).problems == ()
    unnamed = {"total": 0, "paging": {"total": 0}, "effortTotal": 0, "issues": [], "components": []}
    assert read(unnamed).problems


def test_moved_lines_change_no_fingerprint() -> None:
    assert fingerprints(read(api(issue()))) == fingerprints(read(api(issue(line=99))))
    assert len(set(fingerprints(read(api(issue(), issue(key="AY-2")))))) == 2


def test_errors_of_the_server_and_broken_types_are_refused_or_counted() -> None:
    with pytest.raises(UnreadableReport, match="Insufficient privileges"):
        read({"errors": [{"msg": "Insufficient privileges"}]})
    with pytest.raises(UnreadableReport, match="issues"):
        read(api() | {"issues": {"a": 1}})
    with pytest.raises(UnreadableReport, match="no list of issues"):
        read({"sonarBaseURL": "x", "projectName": "y"})
    assert read(api(issue(), None, issue(tags=7, line="x", component=[]))).account.skipped == 1


PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8">
<title>SonarQube Vulnerability Report</title></head><body><h1>SonarQube Vulnerability Report</h1>
<dl><dt>Report Generated On</dt><dd>Mon Jan 12 2026</dd><dt>Project Name</dt><dd>bank</dd></dl>
<table><thead><tr><th></th><th>Severity</th><th>Number of Issues</th></tr></thead><tbody>
<tr><td></td><td>BLOCKER</td><td>1</td></tr><tr><td></td><td>MAJOR</td><td>0</td></tr></tbody>
</table><table><thead><tr><th>Rule</th><th>Severity</th><th>Component</th><th>Line</th>
<th>Description</th><th>Message</th><th style="display:none;">Key</th><th>Status</th></tr></thead>
<tbody><tr><td><a href="#">java:S3649</a></td><td>BLOCKER</td><td>src/Cards.java</td><td>12</td>
<td>SQL</td><td>Do not use &lt;input&gt; here</td><td>AY-1</td><td><a href="#">OPEN</a></td></tr>
<tr><td>java:S4790</td><td>HIGH</td><td>src/Hash.java</td><td></td><td>Hash</td><td>Is it safe?</td>
<td>AY-2</td><td>TO_REVIEW</td></tr></tbody></table>
<table><thead><tr><th>Rule</th><th>Description</th></tr></thead><tbody>
<tr><td>java:S3649</td><td><details><table><tr><td>bad</td><td>good</td></tr></table>
<a href="https://cwe.mitre.org/data/definitions/89">CWE-89</a></details></td></tr>
<tr><td>java:S4790</td><td><details>CWE-327</details></td></tr></tbody></table></body></html>"""


def test_the_page_of_sonar_report_says_what_its_document_says() -> None:
    scan = read(PAGE)
    assert (scan.format, scan.target, scan.problems) == ("sonarqube", "bank", ())
    assert scan.started_at == datetime(2026, 1, 12, tzinfo=UTC)
    sql, hashed = scan.results
    assert (sql.rule_id, sql.severity, sql.cwes) == ("java:S3649", Severity.CRITICAL, (89,))
    assert sql.title == "Do not use <input> here"
    assert sql.locations == (Location("src/Cards.java", 12),)
    assert (hashed.state, hashed.cwes) == (FindingState.NEEDS_REVIEW, (327,))


def test_a_page_that_is_cut_off_or_lists_less_than_it_counts_is_no_proof() -> None:
    with pytest.raises(UnreadableReport, match="cut off"):
        read(PAGE[:-30])
    assert "2 of 9" in str(read(PAGE.replace("<td>0</td>", "<td>8</td>")).problems[0])
