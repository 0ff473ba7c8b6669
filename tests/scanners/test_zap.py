"""What a ZAP report says, as XML, as JSON and as a flat list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import ZAP_JSON, ZAP_XML, alert, fingerprints, only, read, zap


def test_the_xml_sample() -> None:
    scan = read(ZAP_XML.read_bytes())
    account = scan.account
    assert account.adds_up
    assert (account.read, account.findings, account.suppressed) == (9, 8, 1)
    assert (scan.format, scan.tool, scan.tool_version) == ("zap", "ZAP", "2.16.1")
    assert scan.target == "https://bank.example"
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    found = scan.results[0]
    assert (found.title, found.severity, found.cwes) == ("SQL Injection", Severity.HIGH, (89,))
    assert routing_keys(found) == (
        (MappingKind.CWE, "89"),
        (MappingKind.TAG, "owasp-top10-2017:A01"),
        (MappingKind.TAG, "owasp-top10-2021:A03"),
        (MappingKind.TAG, "wstg:WSTG-INPV-05"),
        (MappingKind.RULE, "zap:40018"),
        (MappingKind.CATEGORY, "owasp-top10-2017:A01"),
        (MappingKind.CATEGORY, "owasp-top10-2021:A03"),
        (MappingKind.CATEGORY, "wstg:WSTG-INPV-05"),
    )


def test_the_json_sample() -> None:
    scan = read(ZAP_JSON.read_bytes())
    assert scan.account.adds_up
    assert (scan.account.read, scan.account.findings) == (6, 6)
    assert sum(found.occurrences for found in scan.results) == 8
    assert scan.results[0].locations == (
        Location("https://api.bank.example/v1/cards?pan=4000", method="GET", parameter="pan"),
        Location("https://api.bank.example/v1/movements", method="POST", parameter="concept"),
    )
    assert [found.cwes for found in scan.results[-2:]] == [(), ()]  # 0 and -1 mean none


def test_layout_tags_become_plain_text_and_others_stay_what_they_are() -> None:
    desc = "<p>One.</p><p>Two &amp; <b>three</b> <script>alert(1)</script>.</p>"
    found = only(read(zap(alert(desc=desc))))
    assert found.description == "One.\n\nTwo & three <script>alert(1)</script>."


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({"riskcode": "3"}, Severity.HIGH),
        ({"riskcode": 2}, Severity.MEDIUM),
        ({"riskcode": "1"}, Severity.LOW),
        ({"riskcode": "0"}, Severity.INFO),
        ({"riskcode": "", "riskdesc": "Low (Medium)"}, Severity.LOW),
        ({"riskcode": None, "risk": "High"}, Severity.HIGH),
        ({"riskcode": "?"}, Severity.MEDIUM),
    ],
)
def test_severity(more: dict[str, Any], severity: Severity) -> None:
    assert only(read(zap(alert(**more)))).severity is severity


@pytest.mark.parametrize("confidence", ["0", 0, "False Positive"])
def test_what_zap_calls_a_false_positive_is_suppressed(confidence: object) -> None:
    found = only(read(zap(alert(confidence=confidence))))
    assert found.state is FindingState.SUPPRESSED
    assert found.reason


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ({"created": "2026-01-12T09:30:00.5+01:00"}, datetime(2026, 1, 12, 8, 30, 0, 500000, UTC)),
        ({"@generated": "Tue, 12 May 2020 20:57:30"}, datetime(2020, 5, 12, 20, 57, 30, 0, UTC)),
        ({"@generated": "Fr., 30 Sep. 2022 08:40:35"}, datetime(2022, 9, 30, 8, 40, 35, 0, UTC)),
        ({"@generated": "lun, 1 ene 2024 08:00:00"}, datetime(2024, 1, 1, 8, 0, 0, 0, UTC)),
        ({"@generated": "Tue, 31 Feb 2020 20:57:30"}, None),
        ({"@generated": "月曜日"}, None),
        ({}, None),
    ],
)
def test_time_of_the_report(root: dict[str, Any], expected: datetime | None) -> None:
    assert read(zap(alert(), **root)).started_at == expected


def test_other_requests_with_the_same_alert_are_the_same_finding() -> None:
    instances = [{"uri": "https://bank.example/b", "method": "POST", "param": "z"}]
    before, after = read(zap(alert())), read(zap(alert(instances=instances)))
    assert fingerprints(before) == fingerprints(after)


def test_another_site_or_another_alert_of_one_plugin_is_another_finding() -> None:
    scans = [
        read(zap(alert())),
        read(zap(alert(), site="https://other.example")),
        read(zap(alert(name="SQL Injection - Time Based"))),
    ]
    assert len({only(scan).fingerprint for scan in scans}) == 3


def test_flat_lists_hold_one_request_each() -> None:
    flat = {
        "pluginId": "40012",
        "alert": "Cross Site Scripting",
        "risk": "High",
        "confidence": "Medium",
        "url": "https://bank.example/search?q=1",
        "method": "GET",
        "param": "q",
        "cweid": "79",
        "wascid": "8",
        "tags": {"OWASP_2021_A03": "https://owasp.example"},
    }
    for key in ("vulnerabilities", "alerts"):
        scan = read({key: [flat, {**flat, "url": "https://bank.example/other?q=1"}]})
        assert len(set(fingerprints(scan))) == 2
        assert scan.results[0].tags == ("owasp-top10-2021:A03",)
        assert scan.results[0].locations[0].method == "GET"
        again = read({key: [{**flat, "url": "https://bank.example/search?q=2"}]})
        assert only(again).fingerprint in fingerprints(scan)


def test_old_xml_with_the_request_in_the_alert() -> None:
    scan = read(
        '<?xml version="1.0" encoding="ISO-8859-1"?><OWASPZAPReport version="2.3">'
        '<site name="http://a.example"><alerts><alertitem><pluginid>2</pluginid><name>N</name>'
        "<riskcode>1</riskcode><uri>http://a.example/x</uri><param>p</param></alertitem></alerts>"
        "</site></OWASPZAPReport>"
    )
    assert only(scan).locations == (Location("http://a.example/x", parameter="p"),)


def test_a_site_without_alerts_is_clean_and_no_site_is_not() -> None:
    assert read(zap()).problems == ()
    assert read({"@version": "2.16.1", "site": []}).problems
    assert read('<OWASPZAPReport version="2.9.0"></OWASPZAPReport>').problems


def test_an_alert_without_content_is_skipped_with_its_reason() -> None:
    scan = read(zap(alert(), 42, {}))
    assert (scan.account.read, scan.account.skipped) == (3, 2)
    assert scan.account.adds_up


def test_a_single_site_without_its_list_is_read() -> None:
    scan = read({"@version": "2.9.0", "site": {"@name": "https://a.example", "alerts": [alert()]}})
    assert scan.account.read == 1


INSIGHT = {
    "level": "Medium",
    "reason": "Exceeded High",
    "site": "",
    "key": "insight.network.failure",
    "description": "Percentage of network failures",
    "statistic": "63",
}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"insights": [INSIGHT]}, "network failures: 63"),
        ({"insights": [{**INSIGHT, "level": "High", "key": "insight.memory.usage"}]}, "63"),
        ({"stoppingInsight": {**INSIGHT, "description": "Diskspace full"}}, "Diskspace full"),
        ({"afPlanErrors": ["Job spider failed to access URL"], "afPlanWarns": []}, "Job spider"),
    ],
)
def test_a_scan_that_says_it_went_wrong_proves_nothing(more: dict[str, Any], told: str) -> None:
    scan = read(zap(alert(), **more))
    assert scan.account.read == 1
    assert told in str(scan.problems[0])


def test_what_a_scan_tells_of_itself_is_no_failure_and_no_site() -> None:
    for level, key in (("Info", "insight.network.failure"), ("Medium", "insight.response.slow")):
        scan = read(zap(insights=[{**INSIGHT, "level": level, "key": key}], afPlanErrors=[]))
        assert (scan.problems, scan.target) == ((), "https://bank.example")
    words = "".join(f"<{name}>{value}</{name}>" for name, value in INSIGHT.items())
    report = (
        '<OWASPZAPReport version="2.17.0"><insights><insight>{}<site>http://other.example</site>'
        '</insight></insights><site name="http://a.example"><alerts/></site></OWASPZAPReport>'
    )
    scan = read(report.format(words.replace("Medium", "Low")))
    assert (scan.problems, scan.target) == ((), "http://a.example")
    assert "63" in str(read(report.format(words)).problems[0])


def test_a_weakness_among_the_tags_counts_and_a_number_there_does_not() -> None:
    tags = [{"tag": "CWE-1021", "link": ""}, {"tag": "79", "link": ""}]
    assert only(read(zap(alert(cweid="693", tags=tags)))).cwes == (693, 1021)
