"""What a Semgrep report says, old and new, with and without an account."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

METADATA = {
    "cwe": ["CWE-89: SQL Injection"],
    "owasp": ["A01:2017 - Injection", "A03:2021 - Injection"],
    "confidence": "HIGH",
    "references": ["https://owasp.example/sqli"],
}


def hit(line: Any = 8, **extra: Any) -> dict[str, Any]:
    """Return one match."""
    return {
        "check_id": "python.sqli",
        "path": extra.pop("path", "./app/cards.py"),
        "start": {"line": line, "col": 1, "offset": 1},
        "end": {"line": line, "col": 9, "offset": 9},
        "extra": {
            "message": "SQL is built by hand.\nUse parameters.",
            "severity": "ERROR",
            "metadata": METADATA,
            "lines": "cursor.execute('select ' + name)",
            **extra,
        },
    }


def semgrep(*results: Any, **root: Any) -> dict[str, Any]:
    """Return a report that scanned one file."""
    return {
        "version": "1.90.0",
        "results": list(results),
        "errors": [],
        "paths": {"scanned": ["app/cards.py"]},
        **root,
    }


def test_a_match_has_its_rule_weakness_severity_and_place() -> None:
    scan = read(semgrep(hit()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("semgrep", "Semgrep", "1.90.0")
    assert (found.rule_id, found.severity, found.cwes) == ("python.sqli", Severity.HIGH, (89,))
    assert found.tags == ("owasp-top10-2017:A01", "owasp-top10-2021:A03")
    assert found.locations == (Location("app/cards.py", 8),)
    assert found.title == "SQL is built by hand."
    assert found.references == ("https://owasp.example/sqli",)
    assert scan.problems == ()


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("CRITICAL", Severity.CRITICAL),
        ("WARNING", Severity.MEDIUM),
        ("INFO", Severity.LOW),
        ("LOW", Severity.LOW),
        ("INVENTORY", Severity.INFO),
        (None, Severity.MEDIUM),
    ],
)
def test_severity(word: object, severity: Severity) -> None:
    assert only(read(semgrep(hit(severity=word)))).severity is severity


def test_old_metadata_is_a_text_and_not_a_list() -> None:
    old = {"cwe": "CWE-327: Broken Cryptography", "owasp": "A3: Sensitive Data Exposure"}
    found = only(read({"results": [hit(metadata=old)], "errors": []}))
    assert (found.cwes, found.tags) == ((327,), ())


def test_a_match_that_a_comment_hides_is_suppressed() -> None:
    found = only(read(semgrep(hit(is_ignored=True))))
    assert found.state is FindingState.SUPPRESSED
    assert found.reason


def test_a_vulnerable_dependency_is_named_with_its_version() -> None:
    dependency = {"package": "minimist", "version": "1.2.0", "ecosystem": "npm"}
    sca = {"reachable": False, "dependency_match": {"found_dependency": dependency}}
    found = only(read(semgrep(hit(metadata={}, sca_info=sca, path="package-lock.json"))))
    assert found.cwes == (1395,)
    assert found.locations == (Location("package-lock.json", 8, parameter="minimist@1.2.0"),)
    assert "reachable: false" in found.description


@pytest.mark.parametrize(
    "root",
    [
        {"errors": [{"level": "warn", "type": ["PartialParsing", []], "message": "Syntax error"}]},
        {"errors": [{"level": "error", "type": "Timeout", "long_msg": "Timeout on x.js"}]},
        {"skipped_rules": [{"rule_id": "r", "details": "needs a newer version"}]},
        {"paths": {"scanned": ["a"], "skipped": [{"path": "b", "reason": "too_many_matches"}]}},
        {"paths": {"scanned": []}},
    ],
)
def test_what_was_not_scanned_makes_the_scan_no_proof(root: dict[str, Any]) -> None:
    assert read(semgrep(**root)).problems


def test_a_report_that_begins_with_very_many_errors_is_recognised() -> None:
    error = {"code": 3, "level": "warn", "message": "Syntax error " * 9, "type": ["PartialParsing"]}
    many = {"errors": [error] * 600, "paths": {"scanned": ["a.js"]}, "results": [hit()]}
    scan = read(many)
    assert (scan.format, scan.account.findings) == ("semgrep", 1)
    assert "600" in str(scan.problems[0])


def test_a_clean_run_is_one_that_scanned_a_file() -> None:
    assert read(semgrep()).problems == ()
    assert read(semgrep(errors=[{"level": "info", "message": "fyi"}])).problems == ()
    assert read({"results": [], "errors": []}).problems  # so wrote the oldest versions


def test_moved_lines_change_no_fingerprint() -> None:
    own = "ab" * 64 + "_0"
    for extra in ({}, {"fingerprint": own}, {"fingerprint": "requires login"}):
        there, moved = read(semgrep(hit(**extra))), read(semgrep(hit(line=80, **extra)))
        assert fingerprints(there) == fingerprints(moved)
    machines = (hit(path="/github/workspace/app/cards.py"), hit(path="/builds/a/b/app/cards.py"))
    assert len({only(read(semgrep(one))).fingerprint for one in (*machines, hit())}) == 1


def test_without_an_account_two_matches_in_one_file_stay_two() -> None:
    login = {"fingerprint": "requires login", "lines": "requires login"}
    scan = read(semgrep(hit(**login), hit(line=20, **login)))
    assert len(set(fingerprints(scan))) == 2
    assert {found.snippet for found in scan.results} == {""}


def test_secrets_are_masked_wherever_they_are_quoted() -> None:
    secret = "tok3n-of-the-bank"
    told = hit(
        message=f"Hard-coded {secret} found",
        metadata={"cwe": "CWE-798"},
        lines=f'TOKEN = "{secret}"',
        fix=f'TOKEN = "{secret}"',
    )
    beside = hit(line=9, lines=f'TOKEN = "{secret}"\nprint(1)')
    scan = read(semgrep(told, beside))
    assert secret not in str(scan.to_json())
    assert scan.results[0].title == "Hard-coded tok3**** found"
    assert 'TOKEN = "tok3****"' in scan.results[1].snippet


def test_broken_types_are_refused_or_counted() -> None:
    scan = read(semgrep(hit(), 7, {}))
    assert (scan.account.read, scan.account.skipped) == (3, 2)
    broken: list[Any] = [{}, "none"]
    for results in broken:
        with pytest.raises(UnreadableReport, match="results"):
            read(semgrep() | {"results": results})
    with pytest.raises(UnreadableReport, match="no list of results"):
        read({"version": "1.0.0", "errors": [], "paths": {"scanned": []}})
