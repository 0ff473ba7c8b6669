"""What a report of OpenVAS (Greenbone) says, as XML and as CSV."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

OID = "1.3.6.1.4.1.25623.1.0.106223"
NVT = (
    f'<nvt oid="{OID}"><name>Weak DH group</name><cvss_base>4.0</cvss_base>'
    "<tags>summary=Weak groups.|insight=One | two.|solution=Use larger ones.</tags>"
    '<refs><ref id="CVE-2015-4000" type="cve"/><ref id="https://weakdh.org" type="url"/></refs>'
    "<epss><max_severity><score>0.12</score></max_severity></epss></nvt>"
)


def result(threat: str = "Medium", severity: str = "4.0", more: str = "", nvt: str = NVT) -> str:
    """Return a result."""
    return (
        '<result id="r1"><name>Weak DH group</name>'
        "<host>192.0.2.7<asset/><hostname>bank.example</hostname></host><port>443/tcp</port>"
        f"{nvt}<threat>{threat}</threat><severity>{severity}</severity>"
        f"<description>Group of 1024 bits.</description>{more}</result>"
    )


def report(*results: str, status: str = "Done", hosts: int = 1, more: str = "") -> str:
    """Return a report."""
    return (
        '<report id="a" extension="xml" content_type="text/xml"><owner><name>x</name></owner>'
        '<report id="b"><gmp><version>22.4</version></gmp>'
        f"<scan_run_status>{status}</scan_run_status><hosts><count>{hosts}</count></hosts>"
        "<scan_start>2023-09-28T14:48:02Z</scan_start>"
        f'<results start="1" max="-1">{"".join(results)}</results>{more}</report></report>'
    )


def test_a_finding() -> None:
    scan = read(report(result()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("openvas", "OpenVAS", "192.0.2.7")
    assert scan.started_at == datetime(2023, 9, 28, 14, 48, 2, tzinfo=UTC)
    assert (found.rule_id, found.title) == (OID, "Weak DH group")
    assert (found.severity, found.cvss, found.epss) == (Severity.MEDIUM, 4.0, 0.12)
    assert found.locations == (Location("192.0.2.7:443/tcp"),)
    assert found.solution == "Use larger ones."
    assert "One | two." in found.description
    assert "CVE-2015-4000" in found.description
    assert found.references == ("https://weakdh.org",)
    assert scan.problems == ()


OVERRIDE = (
    "<original_threat>High</original_threat><overrides><override>"
    '<nvt oid="1"><name>n</name></nvt><text>Behind a VPN</text><result id=""/></override>'
    "</overrides>"
)


@pytest.mark.parametrize(
    ("threat", "severity", "more", "state", "reason"),
    [
        ("High", "9.8", "", FindingState.OPEN, ""),
        ("", "9.8", "", FindingState.OPEN, ""),
        ("Log", "0.0", "", FindingState.OBSERVATION, ""),
        ("Log", "0.0", OVERRIDE, FindingState.SUPPRESSED, "Behind a VPN"),
        ("False Positive", "-1.0", OVERRIDE, FindingState.SUPPRESSED, "Behind a VPN"),
        ("", "-1.0", "", FindingState.SUPPRESSED, "False Positive"),
        ("Error", "-3.0", "", FindingState.NEEDS_REVIEW, "threat: Error"),
        ("Log", "0.0", "<compliance>yes</compliance>", FindingState.PASSED, ""),
        ("Log", "0.0", "<compliance>no</compliance>", FindingState.OPEN, ""),
    ],
)
def test_states(threat: str, severity: str, more: str, state: FindingState, reason: str) -> None:
    scan = read(report(result(threat, severity, more)))
    found = only(scan)
    assert (found.state, found.reason) == (state, reason)
    assert scan.account.adds_up


def test_the_word_of_the_report_is_the_severity_and_the_number_where_it_is_missing() -> None:
    assert only(read(report(result("High", "9.8")))).severity is Severity.HIGH
    assert only(read(report(result("Critical", "9.8")))).severity is Severity.CRITICAL
    assert only(read(report(result("", "9.8")))).severity is Severity.CRITICAL


def test_older_reports_name_references_otherwise() -> None:
    nvt = (
        f'<nvt oid="{OID}"><name>n</name><cve>CVE-2015-4000, CVE-2016-1</cve>'
        "<xref>URL:https://weakdh.org</xref><tags>NOTAG</tags></nvt>"
    )
    found = only(read(report(result(nvt=nvt))))
    assert "CVE-2015-4000 CVE-2016-1" in found.description
    assert found.references == ("https://weakdh.org",)


def test_the_result_of_a_comparison_is_counted_once() -> None:
    delta = f"<delta>changed{result('Low', '2.0')}</delta>"
    assert read(report(result(more=delta))).account.read == 1


@pytest.mark.parametrize(
    "broken",
    [
        report(status="Stopped"),
        report(hosts=0),
        report(result(), more="<errors><count>2</count></errors>"),
    ],
)
def test_a_scan_that_was_stopped_or_saw_no_host_proves_nothing(broken: str) -> None:
    assert read(broken).problems


def test_a_scan_of_a_host_without_results_is_clean() -> None:
    assert read(report()).problems == ()


def test_a_report_without_its_results_is_refused() -> None:
    bare = report().replace('<results start="1" max="-1"></results>', "")
    with pytest.raises(UnreadableReport, match="no list of results"):
        read(bare)


CSV = (
    "IP,Hostname,Port,Port Protocol,CVSS,Severity,QoD,Solution Type,NVT Name,Summary,"
    "Specific Result,NVT OID,CVEs,Timestamp,Solution,Other References\n"
    '192.0.2.7,bank.example,443,tcp,4.0,Medium,80,"VendorFix",Weak DH group,"Weak\ngroups.",'
    f'1024 bits,{OID},"CVE-2015-4000,CVE-2016-1",2023-09-28T14:48:02Z,Use larger ones.,\n'
)


def test_a_line_of_the_csv_file_is_the_same_finding() -> None:
    scan = read(CSV)
    found = only(scan)
    assert (found.rule_id, found.severity, found.cvss) == (OID, Severity.MEDIUM, 4.0)
    assert found.locations == (Location("192.0.2.7:443/tcp"),)
    assert fingerprints(scan) == fingerprints(read(report(result())))
    assert read(CSV.partition("\n")[0] + "\n").problems


@pytest.mark.parametrize(
    ("delta", "state"),
    [
        ("new", FindingState.OPEN),
        ("same", FindingState.OPEN),
        ("gone", FindingState.OBSERVATION),
    ],
)
def test_what_a_comparison_says_is_gone_is_not_open(delta: str, state: FindingState) -> None:
    found = only(read(report(result(more=f"<delta>{delta}</delta>"))))
    assert (found.state, found.reason) == (state, "delta: gone" if delta == "gone" else "")
