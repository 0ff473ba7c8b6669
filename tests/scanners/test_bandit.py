"""What a Bandit report says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def issue(line: int = 4, code: str = 'os.system("ls " + path)', **more: Any) -> dict[str, Any]:
    """Return one result with a line of code before and after."""
    return {
        "code": f"{line - 1} import os\n{line} {code}\n{line + 1} \n",
        "filename": "./bank/files.py",
        "issue_confidence": "HIGH",
        "issue_cwe": {"id": 78, "link": "https://cwe.mitre.org/data/definitions/78.html"},
        "issue_severity": "HIGH",
        "issue_text": "Starting a process with a shell.",
        "line_number": line,
        "line_range": [line],
        "more_info": "https://bandit.example/b605.html",
        "test_id": "B605",
        "test_name": "start_process_with_a_shell",
        **more,
    }


def bandit(*results: Any, loc: int = 40, **root: Any) -> dict[str, Any]:
    """Return a report."""
    return {
        "errors": [],
        "generated_at": "2026-01-12T09:30:00Z",
        "metrics": {"_totals": {"CONFIDENCE.HIGH": 1, "loc": loc, "nosec": 0}},
        "results": list(results),
        **root,
    }


def test_an_issue_has_its_rule_weakness_severity_and_place() -> None:
    scan = read(bandit(issue()))
    found = only(scan)
    assert (scan.format, scan.tool) == ("bandit", "Bandit")
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.severity, found.cwes) == ("B605", Severity.HIGH, (78,))
    assert found.locations == (Location("bank/files.py", 4),)
    assert found.references == ("https://bandit.example/b605.html",)
    assert "confidence: HIGH" in found.description


def test_versions_without_a_weakness_name_none() -> None:
    old = {key: value for key, value in issue().items() if key != "issue_cwe"}
    assert only(read(bandit(old))).cwes == ()


def test_a_version_without_numbers_of_tests_goes_by_their_names() -> None:
    old = issue()
    del old["test_id"]
    assert only(read(bandit(old))).rule_id == old["test_name"]


def test_a_run_without_results_is_clean_if_it_read_code() -> None:
    assert read(bandit()).problems == ()
    assert read(bandit(loc=0)).problems
    broken = [{"filename": "bank/x.py", "reason": "syntax error while parsing AST from file"}]
    (problem,) = read(bandit(errors=broken)).problems
    assert "bank/x.py: syntax error" in str(problem)


def test_moved_lines_and_other_neighbours_change_no_fingerprint() -> None:
    moved = issue(line=40) | {"code": '39 x = 1\n40 os.system("ls " + path)\n'}
    assert fingerprints(read(bandit(issue()))) == fingerprints(read(bandit(moved)))
    other = read(bandit(issue(code="os.system(other)")))
    assert fingerprints(other) != fingerprints(read(bandit(issue())))


def test_a_quoted_password_is_masked_in_every_result() -> None:
    password = "hunter2-and-more"
    told = issue(
        code=f'DB = "{password}"',
        test_id="B105",
        issue_text=f"Possible hardcoded password: '{password}'",
    )
    beside = issue(line=5) | {"code": f'4 DB = "{password}"\n5 os.system("ls " + path)\n'}
    scan = read(bandit(told, beside))
    assert password not in str(scan.to_json())
    assert scan.results[0].snippet == ""
    assert 'DB = "hunt****"' in scan.results[1].snippet


def test_a_password_with_quotes_of_its_own_is_masked_whole() -> None:
    text = "Possible hardcoded password: 'it's a secret'"
    found = only(read(bandit(issue(test_id="B106", issue_text=text))))
    assert found.title == "Possible hardcoded password: '****'"


def test_broken_types_are_refused_or_counted() -> None:
    scan = read(bandit(issue(issue_cwe="x", line_number="one", filename=7) | {"code": None}, None))
    assert (scan.account.read, scan.account.skipped) == (2, 1)
    with pytest.raises(UnreadableReport, match="results"):
        read(bandit() | {"results": {}})
    without = {key: value for key, value in bandit().items() if key != "results"}
    with pytest.raises(UnreadableReport, match="no list of results"):
        read(without)
