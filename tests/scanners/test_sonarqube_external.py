"""Issues that other tools write for SonarQube to take in."""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import only, read


def external(**more: Any) -> dict[str, Any]:
    """Return one issue that another tool wrote for SonarQube."""
    return {
        "engineId": "njsscan",
        "ruleId": "sql_injection",
        "type": "VULNERABILITY",
        "severity": "CRITICAL",
        "primaryLocation": {
            "message": "Input reaches SQL (CWE-89).",
            "filePath": "./src/cards.js",
            "textRange": {"startLine": 12, "endLine": 12},
        },
        **more,
    }


def test_issues_that_other_tools_wrote_for_it_are_theirs() -> None:
    scan = read({"issues": [external()], "njsscan_version": "1.0.2"})
    found = only(scan)
    assert (scan.format, scan.tool, scan.problems) == ("sonarqube", "njsscan", ())
    assert (found.rule_id, found.severity, found.cwes) == ("sql_injection", Severity.HIGH, (89,))
    assert found.locations == (Location("src/cards.js", 12),)
    assert found.state is FindingState.OPEN
    hotspot_of_it = external(type="SECURITY_HOTSPOT")
    assert only(read({"issues": [hotspot_of_it]})).state is FindingState.NEEDS_REVIEW


def test_the_newer_form_keeps_what_issues_share_in_rules() -> None:
    entry = external()
    for name in ("engineId", "type", "severity"):
        del entry[name]
    impacts = [
        {"softwareQuality": "MAINTAINABILITY", "severity": "LOW"},
        {"softwareQuality": "SECURITY", "severity": "HIGH"},
    ]
    rule = {"id": "sql_injection", "name": "Input in SQL", "engineId": "sast", "impacts": impacts}
    found = only(read({"rules": [rule], "issues": [entry]}))
    assert (found.tool, found.severity) == ("sast", Severity.HIGH)
    assert "Input in SQL" in found.description
