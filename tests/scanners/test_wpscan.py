"""What a WPScan report says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

SITE = "https://blog.example/"
FORM = SITE + "wp-content/plugins/forms/"


def flaw(**more: Any) -> dict[str, Any]:
    return {
        "title": "Forms < 5.3.2 - Unrestricted File Upload",
        "fixed_in": "5.3.2",
        "cvss": {"score": "9.8", "vector": "CVSS:3.1/AV:N"},
        "references": {
            "cve": ["2020-35489"],
            "url": ["https://advisory.example/forms"],
            "wpvulndb": ["7391118e"],
        },
        **more,
    }


def plugin(*flaws: Any, version: str = "5.3") -> dict[str, Any]:
    return {
        "forms": {
            "slug": "forms",
            "location": FORM,
            "outdated": True,
            "vulnerabilities": list(flaws),
            "version": {"number": version},
        }
    }


def seen(kind: str, url: str = SITE, **more: Any) -> dict[str, Any]:
    return {"url": url, "to_s": f"Found: {url}", "type": kind, "found_by": "Headers", **more}


def wpscan(*interesting: Any, **more: Any) -> dict[str, Any]:
    return {
        "banner": {
            "description": "WordPress Security Scanner by the WPScan Team",
            "version": "3.8",
        },
        "start_time": 1768210200,
        "target_url": SITE,
        "effective_url": SITE,
        "interesting_findings": list(interesting),
        "version": {"number": "6.4", "status": "latest", "vulnerabilities": []},
        "main_theme": None,
        "plugins": {},
        "config_backups": {},
        "vuln_api": {"plan": "free", "requests_remaining": 9},
        **more,
    }


def test_a_known_vulnerability_has_its_cve_component_and_score() -> None:
    scan = read(wpscan(plugins=plugin(flaw())))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("wpscan", "WPScan", "3.8")
    assert (scan.target, scan.problems) == (SITE, ())
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.severity) == ("CVE-2020-35489", Severity.CRITICAL)
    assert (found.cwes, found.cvss) == ((1395,), 9.8)
    assert found.locations == (Location(FORM, parameter="forms"),)
    assert found.solution == "forms 5.3.2"
    assert found.references[1] == "https://advisory.example/forms"


def test_older_and_newer_shapes_of_a_vulnerability() -> None:
    older = only(read(wpscan(plugins=plugin(flaw(cvss=None, references={"wpvulndb": ["8873"]})))))
    assert (older.rule_id, older.severity) == ("8873", Severity.MEDIUM)
    newer = flaw(uuid="0f0f", references={"url": []}, affected_versions="< 5.3.2", poc="See it.")
    found = only(read(wpscan(plugins=plugin(newer))))
    assert found.rule_id == "0f0f"
    assert "< 5.3.2\nSee it." in found.description


def test_wordpress_themes_and_their_parents_are_looked_into() -> None:
    theme = {"slug": "child", "vulnerabilities": [flaw(title="a")]}
    theme["parents"] = [{"slug": "parent", "vulnerabilities": [flaw(title="b")]}]
    version = {"number": "4.7.6", "vulnerabilities": [flaw(title="c")]}
    scan = read(wpscan(version=version, main_theme=theme, themes=plugin(flaw(title="d"))))
    assert {found.title for found in scan.results} == {"a", "b", "c", "d"}
    assert scan.account.read == 4


def test_what_was_found_has_its_kind() -> None:
    scan = read(
        wpscan(
            seen("headers"),
            seen("upload_directory_listing", SITE + "wp-content/uploads/"),
            config_backups={SITE + "wp-config.php~": {"found_by": "Direct Access"}},
            users={"alice": {"id": 1, "found_by": "Author Posts"}},
        )
    )
    kinds = [(found.rule_id, found.severity, found.state) for found in scan.results]
    assert kinds == [
        ("headers", Severity.INFO, FindingState.OBSERVATION),
        ("upload_directory_listing", Severity.MEDIUM, FindingState.OPEN),
        ("config_backups", Severity.HIGH, FindingState.OPEN),
        ("users", Severity.INFO, FindingState.OPEN),
    ]
    assert scan.results[3].locations == (Location(SITE, parameter="alice"),)


def test_a_guessed_password_is_told_and_not_shown() -> None:
    scan = read(wpscan(password_attack={"alice": {"password": "Letm3in"}}))
    found = only(scan)
    assert (found.rule_id, found.severity) == ("password_attack", Severity.CRITICAL)
    assert "Letm3in" not in str(found)


@pytest.mark.parametrize(
    "more",
    [
        {"scan_aborted": "The url supplied seems to be down"},
        {"vuln_api": {"error": "No WPScan API Token given, as a result …"}},
        {"vuln_api": {"http_error": "HTTP Error: 429"}},
        {"response_status_codes": {"429": 90}, "response_status_codes_warning": True},
    ],
)
def test_a_scan_that_could_not_look_is_never_clean(more: dict[str, Any]) -> None:
    assert read(wpscan(response_status_codes_warning=False)).problems == ()
    assert read(wpscan(**more)).problems


def test_an_update_of_the_component_keeps_the_finding() -> None:
    before = read(wpscan(plugins=plugin(flaw())))
    after = read(wpscan(plugins=plugin(flaw(), version="5.3.1"), start_time=1))
    assert fingerprints(before) == fingerprints(after)
    other = read(wpscan(plugins=plugin(flaw()), effective_url="https://shop.example/"))
    assert fingerprints(before) != fingerprints(other)


def test_the_account_adds_up() -> None:
    account = read(wpscan({}, seen("xmlrpc"), plugins=plugin({}, flaw()))).account
    assert (account.read, account.findings, account.skipped) == (4, 2, 2)


@pytest.mark.parametrize("broken", [{"plugins": [1]}, {"interesting_findings": {"a": 1}}])
def test_fields_of_another_type_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(UnreadableReport, match="should be"):
        read(wpscan(**broken))
