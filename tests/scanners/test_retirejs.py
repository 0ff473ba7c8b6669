"""What a Retire.js report says, in its versions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def vulnerability(**more: Any) -> dict[str, Any]:
    """Return one vulnerability."""
    return {
        "info": ["https://a.example/1", "not a link"],
        "below": "3.5.0",
        "atOrAbove": "1.2.0",
        "severity": "medium",
        "cwe": ["CWE-79"],
        "identifiers": {
            "summary": "Passing HTML runs scripts",
            "CVE": ["CVE-2020-11022"],
            "githubID": "GHSA-gxr4-xjj5-5px2",
        },
        **more,
    }


def files(*vulnerabilities: Any, version: str = "1.11.2") -> list[dict[str, Any]]:
    """Return the findings of one file."""
    library = {
        "version": version,
        "component": "jquery",
        "detection": "filename",
        "vulnerabilities": list(vulnerabilities),
    }
    return [{"file": "./static/jquery.js", "results": [library]}]


def retire(*vulnerabilities: Any, **more: Any) -> dict[str, Any]:
    """Return a report."""
    return {
        "version": "4.3.2",
        "start": "2026-01-12T09:30:00.100Z",
        "data": files(*vulnerabilities),
        "messages": [],
        "errors": [],
        "time": 1.8,
        **more,
    }


def test_a_vulnerability_is_a_finding() -> None:
    scan = read(retire(vulnerability()))
    assert (scan.format, scan.tool, scan.tool_version) == ("retirejs", "Retire.js", "4.3.2")
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, 0, 100000, UTC)
    found = only(scan)
    assert (found.rule_id, found.severity, found.cwes) == ("CVE-2020-11022", Severity.MEDIUM, (79,))
    assert found.title == "Passing HTML runs scripts: jquery@1.11.2"
    assert found.locations == (Location("./static/jquery.js", parameter="jquery@1.11.2"),)
    assert (found.solution, found.references) == ("Fixed in: 3.5.0", ("https://a.example/1",))


@pytest.mark.parametrize(
    ("identifiers", "rule_id"),
    [
        ({"CVE": "CVE-2012-6708"}, "CVE-2012-6708"),
        ({"CVE": ["CVE-1", "CVE-2"], "githubID": "GHSA-1"}, "GHSA-1"),
        ({"issue": "2432", "summary": "S"}, "jquery:issue-2432"),
        ({"summary": "S"}, "jquery: S"),
        (None, "jquery: https://a.example/1"),
    ],
)
def test_rules_have_the_best_name_that_is_known(identifiers: object, rule_id: str) -> None:
    assert only(read(retire(vulnerability(identifiers=identifiers)))).rule_id == rule_id


def test_the_list_alone() -> None:
    found = only(read(files(vulnerability(cwe=None))))
    assert found.cwes == (1395,)


def test_a_package_is_where_others_depend_on_it() -> None:
    inner = {
        "component": "left",
        "version": "1",
        "parent": {"component": "shop", "version": "2"},
        "vulnerabilities": [vulnerability()],
    }
    found = only(read(retire(data=[{"results": [inner]}])))
    assert found.locations == (Location("shop@2 > left@1", parameter="left@1"),)


def test_a_run_with_errors_is_not_clean() -> None:
    assert read(retire()).problems == ()
    assert read(retire(data=[])).problems == ()
    assert "Could not read" in str(read(retire(errors=["Could not read a.js"])).problems[0])


def test_another_version_of_the_library_is_the_same_finding() -> None:
    before = read(files(vulnerability()))
    assert fingerprints(before) == fingerprints(read(files(vulnerability(), version="1.12.0")))
    other = vulnerability(identifiers={"CVE": ["CVE-2020-11023"]})
    assert len(set(fingerprints(read(files(vulnerability(), other))))) == 2


def test_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableReport, match="data should be"):
        read(retire(data={}))
    scan = read(retire(vulnerability(), {}, None))
    assert (scan.account.read, scan.account.skipped) == (3, 2)


def test_a_list_of_reports_is_not_taken_for_a_list_of_files() -> None:
    scan = read([retire(vulnerability()), retire(vulnerability(cwe=["CWE-601"]))])
    assert (scan.tool_version, scan.account.findings, scan.problems) == ("4.3.2", 2, ())
    assert read([retire(errors=["no such file"]), retire(vulnerability())]).problems
