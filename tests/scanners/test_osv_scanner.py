"""What an OSV-Scanner report says."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def vulnerability(**more: Any) -> dict[str, Any]:
    """Return one vulnerability, as the OSV schema describes it."""
    return {
        "id": "GHSA-aaaa-bbbb-cccc",
        "aliases": ["CVE-2024-1111"],
        "summary": "Reads too far",
        "details": "In some cases.",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
        "affected": [
            {"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]}
        ],
        "database_specific": {"cwe_ids": ["CWE-125"], "severity": "MODERATE"},
        **more,
    }


def osv(*vulnerabilities: Any, version: str = "1.0", **more: Any) -> dict[str, Any]:
    """Return a report on one package of one lock file."""
    package = {
        "package": {"name": "left", "version": version, "ecosystem": "npm"},
        "vulnerabilities": list(vulnerabilities),
        "groups": [{"ids": ["GHSA-aaaa-bbbb-cccc"], "max_severity": "7.5"}],
        **more,
    }
    source = {"path": "./web/package-lock.json", "type": "lockfile"}
    return {"results": [{"source": source, "packages": [package]}], "experimental_config": {}}


def test_a_vulnerability_is_a_finding() -> None:
    scan = read(osv(vulnerability()))
    assert (scan.format, scan.tool, scan.problems) == ("osv-scanner", "OSV-Scanner", ())
    found = only(scan)
    assert (found.rule_id, found.title) == ("CVE-2024-1111", "Reads too far: left@1.0")
    assert (found.severity, found.cvss, found.cwes) == (Severity.MEDIUM, 7.5, (125,))
    assert found.locations == (Location("./web/package-lock.json", parameter="left@1.0"),)
    assert found.solution == "Fixed in: 2.0"


@pytest.mark.parametrize(
    ("more", "severity", "cwes"),
    [
        ({"database_specific": {}}, Severity.HIGH, (1395,)),  # by the score of its group
        ({"id": "PYSEC-2024-1", "database_specific": None}, Severity.MEDIUM, (1395,)),
        ({"id": "MAL-2024-1", "database_specific": None}, Severity.CRITICAL, (1395,)),
        (
            {
                "database_specific": None,
                "affected": [{"database_specific": {"cwes": [{"cweId": "CWE-506"}]}}],
            },
            Severity.HIGH,
            (506,),
        ),
    ],
)
def test_severity_and_weakness(
    more: dict[str, Any], severity: Severity, cwes: tuple[int, ...]
) -> None:
    found = only(read(osv(vulnerability(**more))))
    assert (found.severity, found.cwes) == (severity, cwes)


def test_a_licence_that_breaks_the_rules_is_a_finding_without_a_weakness() -> None:
    found = only(read(osv(license_violations=["GPL-3.0"], licenses=["GPL-3.0"])))
    assert (found.rule_id, found.title, found.cwes) == (
        "license-violation",
        "GPL-3.0: left@1.0",
        (),
    )


def test_two_databases_that_name_one_weakness_are_two_results() -> None:
    scan = read(osv(vulnerability(), vulnerability(id="PYSEC-2024-1")))
    assert scan.account.read == 2
    assert len(set(fingerprints(scan))) == 2


def test_an_upgrade_that_solves_nothing_is_the_same_finding() -> None:
    before, after = read(osv(vulnerability())), read(osv(vulnerability(), version="1.1"))
    assert fingerprints(before) == fingerprints(after)


def test_no_result_is_clean() -> None:
    scan = read({"results": [], "experimental_config": {"licenses": {"summary": False}}})
    assert (scan.account.read, scan.problems) == (0, ())


def test_what_cannot_be_read() -> None:
    broken = osv(vulnerability())
    broken["results"][0]["packages"] = {"package": 1, "ecosystem": 2}
    with pytest.raises(UnreadableReport, match=r"results\[0\].packages should be"):
        read(broken)
    scan = read(osv(vulnerability(), {}, "x"))
    assert (scan.account.read, scan.account.skipped) == (3, 2)


def test_what_another_detector_found() -> None:
    weak = {
        "Adv": {
            "ID": {"Publisher": "SCALIBR", "Reference": "etc-shadow-weakcredentials"},
            "Title": "Ensure all users have strong passwords",
            "Recommendation": "Change them.",
            "Sev": 5,
        },
        "Target": {"Extra": "/etc/shadow: these users have weak passwords"},
        "Plugins": ["weakcredentials/etcshadow"],
    }
    report: dict[str, Any] = {"results": [], "experimental_config": {}}
    found = only(read({**report, "experimental_generic_findings": [weak]}))
    assert (found.rule_id, found.severity) == ("etc-shadow-weakcredentials", Severity.CRITICAL)
    assert found.locations == (Location("/etc/shadow"),)
    assert read({**report, "experimental_generic_findings": [{}]}).account.skipped == 1


def test_the_spelling_of_the_first_and_the_newest_version() -> None:
    newest = vulnerability(databaseSpecific={"cwe_ids": ["CWE-79"], "severity": "CRITICAL"})
    del newest["database_specific"]
    found = only(read(osv(newest)))
    assert (found.cwes, found.severity) == ((79,), Severity.CRITICAL)
    package = {"name": "left", "version": "1.0", "ecosystem": "npm"}
    oldest = {"Package": package, "vulnerabilities": [{"id": "OSV-1", "aliases": []}]}
    source = {"path": "/package-lock.json", "type": "lockfile"}
    assert only(read({"results": [{"packageSource": source, "packages": [oldest]}]})).rule_id == (
        "OSV-1"
    )
