"""What a pip-audit report says, and that a skipped dependency is no clean one."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

CLEAN = {"name": "six", "version": "1.17.0", "vulns": []}
SKIPPED = {"name": "ours", "skip_reason": "Dependency not found on PyPI: ours (1.0)"}


def dependency(version: str = "3.2.9", **more: Any) -> dict[str, Any]:
    """Return a dependency with one vulnerability."""
    vulnerability = {
        "id": "PYSEC-2021-439",
        "aliases": ["CVE-2021-44420", "GHSA-v6rh-hp5x-86rv"],
        "fix_versions": ["3.2.10"],
        "description": "Newlines in URLs.",
        **more,
    }
    return {"name": "django", "version": version, "vulns": [vulnerability]}


def test_a_vulnerability_is_a_finding() -> None:
    scan = read({"dependencies": [CLEAN, dependency()], "fixes": []})
    assert (scan.format, scan.tool, scan.problems) == ("pip-audit", "pip-audit", ())
    found = only(scan)
    assert (found.rule_id, found.title) == ("CVE-2021-44420", "CVE-2021-44420: django@3.2.9")
    assert (found.severity, found.cwes) == (Severity.MEDIUM, (1395,))
    assert found.solution == "Fixed in: 3.2.10"


def test_the_first_versions_wrote_the_list_alone() -> None:
    found = only(read([CLEAN, dependency(aliases=None)]))
    assert found.rule_id == "PYSEC-2021-439"


def test_what_was_skipped_was_not_audited() -> None:
    scan = read({"dependencies": [CLEAN, SKIPPED], "fixes": []})
    assert scan.account.read == 0
    assert "1 of 2, such as ours" in str(scan.problems[0])
    assert read({"dependencies": [CLEAN]}).problems == ()


def test_no_dependency_at_all_proves_nothing() -> None:
    assert read({"dependencies": [], "fixes": []}).problems
    with pytest.raises(UnreadableReport):
        read([])  # the empty list of any tool


def test_an_upgrade_that_solves_nothing_is_the_same_finding() -> None:
    assert fingerprints(read([dependency()])) == fingerprints(read([dependency("3.2.8")]))


def test_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableReport, match=r"dependencies\[1\].vulns should be"):
        read({"dependencies": [CLEAN, {"name": "x", "vulns": {}}]})
    scan = read([dependency(), dependency(id="")])
    assert (scan.account.read, scan.account.skipped) == (2, 1)


def test_a_list_of_reports_is_not_taken_for_a_list_of_dependencies() -> None:
    vulnerable = {"name": "flask", "version": "0.5", "vulns": [{"id": "PYSEC-2019-179"}]}
    audited = {"name": "jinja2", "version": "3.1", "vulns": []}
    scan = read([{"dependencies": [vulnerable], "fixes": []}, {"dependencies": [audited]}])
    assert (scan.account.findings, scan.problems) == (1, ())
