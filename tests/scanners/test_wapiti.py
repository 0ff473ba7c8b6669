"""What Wapiti's reports say, as JSON and as XML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

ABOUT = {
    "desc": "SQL is built by hand.",
    "sol": "Use parameters.",
    "ref": {"CWE-89: SQL Injection": "https://cwe.example/89", "OWASP": "https://owasp.example/a"},
    "wstg": ["WSTG-INPV-05"],
}


def entry(**more: Any) -> dict[str, Any]:
    return {
        "method": "GET",
        "path": "/cards",
        "info": "SQL Injection via injection in the parameter pan",
        "level": 4,
        "parameter": "pan",
        "referer": "",
        "module": "sql",
        "http_request": "GET /cards?pan=1%27 HTTP/1.1\nhost: bank.example\ncookie: sid=abc",
        "curl_command": 'curl "https://bank.example/cards?pan=1%27" -b "sid=abc"',
        "wstg": ["WSTG-INPV-05", "OSHP-X"],
        **more,
    }


def wapiti(*entries: Any, version: str = "Wapiti 3.2.3", **more: Any) -> dict[str, Any]:
    return {
        "classifications": {"SQL Injection": ABOUT},
        "vulnerabilities": {"SQL Injection": list(entries), "Backup file": []},
        "anomalies": {},
        "additionals": {},
        "infos": {
            "target": "https://bank.example/",
            "date": "Mon, 12 Jan 2026 09:30:00 +0000",
            "version": version,
            "auth": None,
            "crawled_pages_nbr": 9,
        },
        **more,
    }


def xml(auth: str = '<info name="auth" xsi:nil="true"/>', root: str = "", more: str = "") -> str:
    return f"""<?xml version="1.0" ?>
<report type="security"{root}><report_infos><info name="generatorName">wapiti</info>
<info name="generatorVersion">Wapiti 3.2.3</info><info name="target">https://bank.example/</info>
<info name="dateOfScan">Mon, 12 Jan 2026 09:30:00 +0000</info>
<info name="crawledPages">9</info>{auth}
<crawled_pages><entry><response><body>x</body></response></entry></crawled_pages></report_infos>
<vulnerabilities><vulnerability name="SQL Injection">
<description><![CDATA[SQL is built by hand.]]></description><solution>Use parameters.</solution>
<references><reference><title>CWE-89: SQL Injection</title><url>https://cwe.example/89</url>
<wstg><code>WSTG-INPV-05</code></wstg></reference></references><entries><entry>
<method>GET</method><path>/cards</path><level>4</level><parameter>pan</parameter>
<info>SQL Injection via injection in the parameter pan</info>
<http_request><![CDATA[GET /cards HTTP/1.1\nhost: bank.example]]></http_request><wstg/>{more}
</entry></entries></vulnerability></vulnerabilities><anomalies/><additionals/></report>"""


def test_an_entry_has_its_category_weakness_and_place() -> None:
    scan = read(wapiti(entry()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("wapiti", "Wapiti", "3.2.3")
    assert scan.target == "https://bank.example/"
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.severity) == ("SQL Injection", Severity.CRITICAL)
    assert (found.cwes, found.tags) == ((89,), ("wstg:WSTG-INPV-05",))
    assert found.locations == (
        Location("https://bank.example/cards", method="GET", parameter="pan"),
    )
    assert found.references == ("https://cwe.example/89", "https://owasp.example/a")
    assert found.snippet.endswith("cookie: sid=***")


def test_xml_with_a_prefix_that_nobody_declared_says_the_same() -> None:
    scan = read(xml())
    assert fingerprints(scan) == fingerprints(read(wapiti(entry())))
    found = only(scan)
    assert (found.cwes, found.tags) == ((89,), ("wstg:WSTG-INPV-05",))
    assert (found.description, found.solution) == (
        "SQL Injection via injection in the parameter pan\n\nSQL is built by hand.",
        "Use parameters.",
    )
    declared = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    assert read(xml(root=declared)) == scan
    assert read(xml(auth="")) == scan


@pytest.mark.parametrize(
    ("more", "told"),
    [("<a>&b;</a>", "not valid XML"), ("<x:a/>", "not valid XML"), ("<a>" * 70, "deeper")],
)
def test_nothing_else_is_forgiven(more: str, told: str) -> None:
    with pytest.raises(UnreadableReport, match=told):
        read(xml(more=more))


def test_entities_are_refused_in_mended_xml_too() -> None:
    bomb = xml().replace("<report ", '<!DOCTYPE report [<!ENTITY b "bb">]><report ', 1)
    with pytest.raises(UnreadableReport, match="entities"):
        read(bomb)


def test_anomalies_count_and_further_information_is_an_observation() -> None:
    scan = read(
        wapiti(
            entry(),
            anomalies={"Internal Server Error": [entry(level=3)]},
            additionals={"HTTP Methods": [entry(level=0)]},
        )
    )
    assert scan.account.read == 3
    states = [found.state for found in scan.results]
    assert states == [FindingState.OPEN, FindingState.OPEN, FindingState.OBSERVATION]


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ("2.3.0", Severity.HIGH),
        ("3.0.0", Severity.HIGH),
        ("3.0.3", Severity.HIGH),
        ("3.0.4", Severity.LOW),
        ("3.0.30", Severity.LOW),
        ("3.2.3", Severity.LOW),
    ],
)
def test_older_versions_count_their_levels_the_other_way(version: str, severity: Severity) -> None:
    found = only(read(wapiti(entry(level="1"), version=f"Wapiti {version}")))
    assert found.severity is severity


@pytest.mark.parametrize(
    "infos", [{"crawled_pages_nbr": 0}, {"auth": {"logged_in": False, "url": "x"}}]
)
def test_no_page_and_no_login_are_never_clean(infos: dict[str, Any]) -> None:
    report = wapiti()
    assert read(report).problems == ()
    report["infos"].update(infos)
    assert read(report).problems


def test_a_failed_login_is_seen_in_xml_too() -> None:
    auth = '<info name="auth"><url>x</url><logged_in>false</logged_in></info>'
    assert read(xml(auth=auth)).problems
    assert read(xml(auth=auth.replace("false", "true"))).problems == ()


@pytest.mark.parametrize("broken", [{"vulnerabilities": []}, {"vulnerabilities": {"a": {}}}])
def test_lists_of_another_type_are_refused(broken: dict[str, Any]) -> None:
    broken["vulnerabilities"] = broken["vulnerabilities"] or [1]
    with pytest.raises(UnreadableReport, match="should be"):
        read(wapiti(**broken))


def test_an_entry_without_content_is_skipped() -> None:
    account = read(wapiti(entry(), None, {})).account
    assert (account.read, account.findings, account.skipped) == (3, 1, 2)


def test_what_is_only_counted_as_similar_is_skipped() -> None:
    account = read(wapiti(entry(), suppressed_findings={"SQL Injection": 3, "XSS": 2})).account
    assert (account.read, account.findings, account.skipped) == (6, 1, 5)
    report = xml().replace('"SQL Injection">', '"SQL Injection" suppressed="3">')
    assert read(report).account.skipped == 3
    assert read(wapiti(entry(), suppressed_findings={})).account.skipped == 0
