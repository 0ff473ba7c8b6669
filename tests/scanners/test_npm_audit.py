"""What npm audit says: npm 6, npm 7 and later, and its error documents."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def advisory(**more: Any) -> dict[str, Any]:
    """Return one advisory of npm 6."""
    return {
        "id": 146,
        "title": "Command Injection",
        "module_name": "growl",
        "cves": ["CVE-2017-16042"],
        "vulnerable_versions": "<1.10.2",
        "severity": "critical",
        "cwe": "CWE-78",
        "overview": "Runs what it is given.",
        "recommendation": "Update to version 1.10.2 or later.",
        "url": "https://npmjs.example/advisories/146",
        "findings": [{"version": "1.9.2", "paths": ["mocha>growl", "jest>growl"]}],
        **more,
    }


def npm_6(*advisories: Any) -> dict[str, Any]:
    """Return a report of npm 6."""
    return {
        "actions": [],
        "advisories": {str(number): entry for number, entry in enumerate(advisories)},
        "muted": [],
        "metadata": {"totalDependencies": 43},
    }


def package(*via: Any, **more: Any) -> dict[str, Any]:
    """Return one package of npm 7."""
    return {
        "name": "semver",
        "severity": "moderate",
        "isDirect": False,
        "via": list(via),
        "effects": [],
        "range": "7.0.0 - 7.5.1",
        "nodes": ["node_modules/semver", "node_modules/a/node_modules/semver"],
        "fixAvailable": {"name": "vercel", "version": "32.3.0", "isSemVerMajor": True},
        **more,
    }


def via(**more: Any) -> dict[str, Any]:
    """Return one advisory of a package."""
    return {
        "source": 1096482,
        "title": "semver is slow",
        "url": "https://github.com/advisories/GHSA-c2qf-rxjj-qqgw",
        "severity": "moderate",
        "cwe": ["CWE-1333"],
        "cvss": {"score": 5.3, "vectorString": "CVSS:3.1/AV:N"},
        "range": "<7.5.2",
        **more,
    }


def npm_7(*packages: Any, total: int = 12) -> dict[str, Any]:
    """Return a report of npm 7."""
    return {
        "auditReportVersion": 2,
        "vulnerabilities": {f"p{number}": entry for number, entry in enumerate(packages)},
        "metadata": {"dependencies": {"total": total}},
    }


def test_an_advisory_of_npm_6_is_a_finding() -> None:
    scan = read(npm_6(advisory()))
    assert (scan.format, scan.tool, scan.problems) == ("npm-audit", "npm audit", ())
    found = only(scan)
    assert (found.rule_id, found.title) == ("CVE-2017-16042", "Command Injection: growl")
    assert (found.severity, found.cwes, found.occurrences) == (Severity.CRITICAL, (78,), 2)
    assert found.locations[0] == Location("mocha>growl", parameter="growl@1.9.2")


@pytest.mark.parametrize(
    ("cwe", "cwes"),
    [
        (None, (1395,)),
        ("", (1395,)),
        ('["CWE-94","CWE-20"]', (20, 94)),
        (["CWE-400"], (400,)),
    ],
)
def test_every_way_to_write_a_weakness(cwe: object, cwes: tuple[int, ...]) -> None:
    assert only(read(npm_6(advisory(cwe=cwe)))).cwes == cwes


def test_a_package_of_npm_7_is_a_finding() -> None:
    found = only(read(npm_7(package(via()))))
    assert (found.rule_id, found.title) == ("GHSA-c2qf-rxjj-qqgw", "semver is slow: semver")
    assert (found.severity, found.cwes, found.cvss) == (Severity.MEDIUM, (1333,), 5.3)
    assert [place.uri for place in found.locations] == [
        "node_modules/semver",
        "node_modules/a/node_modules/semver",
    ]
    assert found.solution == "Upgrade to: vercel@32.3.0"


def test_a_package_with_several_advisories_or_with_none_has_its_own_name_as_rule() -> None:
    other = via(url="https://github.com/advisories/GHSA-aaaa-bbbb-cccc", cwe=["CWE-20"])
    several = only(read(npm_7(package(via(), other))))
    assert (several.rule_id, several.cwes) == ("semver", (20, 1333))
    none = only(read(npm_7(package("debug", "ms", name="fun"))))
    assert (none.rule_id, none.title, none.cwes) == ("fun", "fun: debug, ms", (1395,))


def test_the_next_revision_of_an_advisory_is_the_same_finding() -> None:
    before = read(npm_7(package(via())))
    after = read(npm_7(package(via(source=1099999, range="<7.5.3"), nodes=["node_modules/b"])))
    assert fingerprints(before) == fingerprints(after)


def test_a_run_without_findings_is_clean_if_there_were_dependencies() -> None:
    assert read(npm_7()).problems == ()
    assert read(npm_6()).problems == ()
    assert read(npm_7(total=0)).problems


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"code": "ENOLOCK", "summary": "No lock file.", "detail": "Make one."}},
        {"message": "ENOLOCK", "method": "POST", "error": {"summary": "", "detail": ""}},
    ],
)
def test_an_error_document_is_refused(error: dict[str, Any]) -> None:
    with pytest.raises(UnreadableReport, match="ENOLOCK"):
        read(error)


def test_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableReport, match="vulnerabilities should be"):
        read({"auditReportVersion": 2, "vulnerabilities": []})
    with pytest.raises(UnreadableReport, match="no list"):
        read({"auditReportVersion": 2, "metadata": {}})
    scan = read(npm_7(package(via()), {}, 3))
    assert (scan.account.read, scan.account.skipped) == (3, 2)


def test_what_npm_audit_fix_tells_of_the_audit() -> None:
    scan = read({"added": 1, "removed": 0, "audit": npm_7(package(via()))})
    assert (scan.format, scan.account.findings) == ("npm-audit", 1)


def test_an_error_of_pnpm_is_refused() -> None:
    error = {"code": "ERR_PNPM_AUDIT_NO_LOCKFILE", "message": "No pnpm-lock.yaml found"}
    with pytest.raises(UnreadableReport, match=r"No pnpm-lock\.yaml found"):
        read({"error": error})
