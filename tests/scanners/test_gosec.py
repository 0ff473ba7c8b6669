"""What a gosec report says."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def issue(line: str = "32", **more: Any) -> dict[str, Any]:
    """Return one issue."""
    first = int(line.partition("-")[0])
    return {
        "severity": "MEDIUM",
        "confidence": "HIGH",
        "cwe": {"id": "328", "url": "https://cwe.mitre.org/data/definitions/328.html"},
        "rule_id": "G401",
        "details": "Use of weak cryptographic primitive",
        "file": "/github/workspace/user/user.go",
        "code": f"{first - 1}: \n{first}: \thash := md5.New()\n{first + 1}: }}\n",
        "line": line,
        "column": "8",
        "nosec": False,
        "suppressions": None,
        **more,
    }


def gosec(*issues: Any, files: int = 20, **root: Any) -> dict[str, Any]:
    """Return a report."""
    return {
        "Golang errors": {},
        "Issues": list(issues),
        "Stats": {"files": files, "lines": 900, "nosec": 0, "found": len(issues)},
        "GosecVersion": "2.21.4",
        **root,
    }


def test_an_issue_has_its_rule_weakness_severity_and_place() -> None:
    scan = read(gosec(issue()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("gosec", "gosec", "2.21.4")
    assert (found.rule_id, found.severity, found.cwes) == ("G401", Severity.MEDIUM, (328,))
    assert found.locations == (Location("user/user.go", 32),)
    assert "md5.New" in found.snippet


def test_older_spellings_of_the_weakness_and_ranges_of_lines() -> None:
    found = only(read(gosec(issue(cwe={"ID": "798", "URL": "x"}, line="32-35"))))
    assert found.cwes == (798,)
    assert found.locations[0].line == 32
    oldest = {key: value for key, value in issue(code="md5.New()").items() if key != "cwe"}
    old = {"Issues": [oldest], "Stats": {"files": 1, "lines": 2, "nosec": 0, "found": 1}}
    assert only(read(old)).cwes == ()


def test_what_a_comment_hides_is_suppressed_with_its_reason() -> None:
    why = [{"kind": "inSource", "justification": "checksum only"}]
    found = only(read(gosec(issue(nosec=True, suppressions=why))))
    assert found.state is FindingState.SUPPRESSED
    assert found.reason == "inSource: checksum only"
    assert only(read(gosec(issue(nosec=True)))).reason == "nosec"


def test_a_run_without_issues_is_clean_if_it_compiled_files() -> None:
    assert read(gosec()).problems == ()
    assert read(gosec() | {"Issues": None}).problems == ()
    assert read(gosec(files=0)).problems
    errors = {"/github/workspace/a.go": [{"line": 5, "column": 2, "error": "undeclared name: x"}]}
    (problem,) = read(gosec() | {"Golang errors": errors}).problems
    assert "a.go: undeclared name" in str(problem)


def test_moved_lines_change_no_fingerprint() -> None:
    assert fingerprints(read(gosec(issue()))) == fingerprints(read(gosec(issue(line="90"))))


def test_hard_coded_credentials_are_not_quoted() -> None:
    secret = "a-cute-puppy-1"
    told = issue(
        rule_id="G101",
        cwe=None,
        details="Potential hardcoded credentials",
        code=f'32: \tvar password = "{secret}"\n',
    )
    beside = issue(line="33", code=f'32: \tvar password = "{secret}"\n33: \tmd5.New()\n')
    scan = read(gosec(told, beside))
    assert secret not in str(scan.to_json())
    assert 'password = "a-c****"' in scan.results[1].snippet


def test_broken_types_are_refused_or_counted() -> None:
    broken = issue(cwe=[], code=3, suppressions="x") | {"line": {}}
    scan = read(gosec(broken, "no issue"))
    assert (scan.account.read, scan.account.skipped) == (2, 1)
    with pytest.raises(UnreadableReport, match="Issues"):
        read(gosec() | {"Issues": {}})
    with pytest.raises(UnreadableReport, match="no list of issues"):
        read({"Golang errors": {}, "Stats": {}})
