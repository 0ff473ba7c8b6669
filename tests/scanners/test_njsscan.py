"""What an njsscan report says."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def match(line: int = 6, code: str = "res.write(req.query.name)") -> dict[str, Any]:
    """Return one match."""
    return {
        "file_path": "/src/web/cards.js",
        "match_lines": [line, line + 1],
        "match_position": [3, 26],
        "match_string": code,
    }


def rule(*matches: Any, **metadata: Any) -> dict[str, Any]:
    """Return one rule with its matches."""
    told = {
        "cwe": "CWE-79: Cross-site Scripting",
        "description": "Untrusted input reaches the answer.",
        "owasp-web": "A1: Injection",
        "severity": "ERROR",
        **metadata,
    }
    return {"files": list(matches), "metadata": told} if matches else {"metadata": told}


def njsscan(nodejs: Any = None, **root: Any) -> dict[str, Any]:
    """Return a report."""
    return {
        "errors": [],
        "njsscan_version": "1.0.2",
        "nodejs": nodejs or {},
        "templates": {},
        **root,
    }


def test_a_match_has_its_rule_weakness_severity_and_place() -> None:
    scan = read(njsscan({"express_xss": rule(match())}))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("njsscan", "njsscan", "1.0.2")
    assert (found.rule_id, found.severity, found.cwes) == ("express_xss", Severity.HIGH, (79,))
    assert found.locations == (Location("web/cards.js", 6),)
    assert found.tags == ()  # "A1: Injection" says not of which edition


def test_every_match_counts_in_sources_and_templates() -> None:
    scan = read(
        njsscan(
            {"express_xss": rule(match(), match(line=60))},
            templates={"handlebars": rule(match(code="{{{ body }}}"), severity="WARNING")},
        )
    )
    assert scan.account.read == scan.account.findings == 3
    assert len(set(fingerprints(scan))) == 3


def test_a_missing_control_is_a_result_without_a_place() -> None:
    found = only(read(njsscan({"anti_csrf_control": rule(cwe="CWE-352", severity="INFO")})))
    assert (found.locations, found.cwes, found.severity) == ((), (352,), Severity.LOW)


def test_errors_make_the_scan_no_proof() -> None:
    assert read(njsscan()).problems == ()
    wrong = [{"code": 3, "level": "warn", "message": "Syntax error at line bad.js:1"}]
    (problem,) = read(njsscan(errors=wrong)).problems
    assert "Syntax error at line bad.js:1" in str(problem)


def test_moved_lines_change_no_fingerprint() -> None:
    there = read(njsscan({"express_xss": rule(match())}))
    moved = read(njsscan({"express_xss": rule(match(line=90))}))
    assert fingerprints(there) == fingerprints(moved)


def test_secrets_are_not_quoted_by_any_match() -> None:
    secret = "my-jwt-secret-1"
    scan = read(
        njsscan(
            {
                "hardcoded_jwt_secret": rule(match(code=f'sign(x, "{secret}")'), cwe="CWE-798"),
                "express_xss": rule(match(code=f'const s = "{secret}"; res.write(q)')),
            }
        )
    )
    assert secret not in str(scan.to_json())
    assert 'const s = "my-****"' in scan.results[1].snippet


def test_broken_types_are_refused() -> None:
    broken: list[Any] = [[1], {"x": []}]
    for nodejs in broken:
        with pytest.raises(UnreadableReport, match="nodejs"):
            read(njsscan(nodejs))
    with pytest.raises(UnreadableReport, match="no list of rules"):
        read({"njsscan_version": "1.0.2", "errors": []})
