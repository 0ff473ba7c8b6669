"""What a report of Nessus or of another product of Tenable says."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

TIMES = (
    '<tag name="HOST_START">Wed Mar 23 14:31:51 2022</tag>'
    '<tag name="HOST_END">Wed Mar 23 15:07:52 2022</tag>'
)
COMPLIANCE = (
    "<cm:compliance-check-name>1.1.1 Disable cramfs</cm:compliance-check-name>"
    "<cm:compliance-result>{result}</cm:compliance-result>"
    "<cm:compliance-actual-value>loadable</cm:compliance-actual-value>"
    "<cm:compliance-policy-value>absent</cm:compliance-policy-value>"
)


def item(severity: int = 2, plugin: str = "42873", more: str = "", output: str = "3DES") -> str:
    """Return a ReportItem."""
    return (
        f'<ReportItem port="443" svc_name="www" protocol="tcp" severity="{severity}" '
        f'pluginID="{plugin}" pluginName="SSL Medium Strength Ciphers" pluginFamily="General">'
        "<synopsis>Weak ciphers.</synopsis><description>It is weak.</description>"
        "<solution>n/a</solution><cve>CVE-2016-2183</cve><cwe>327</cwe><xref>CWE:326</xref>"
        "<xref>OWASP:2017-A3</xref><cvss_base_score>5.0</cvss_base_score>"
        "<cvss3_base_score>7.5</cvss3_base_score><epss_score>0.01</epss_score>"
        f"<see_also>https://sweet32.info</see_also><plugin_output>{escape(output)}</plugin_output>"
        f"{more}</ReportItem>"
    )


def nessus(*items: str, times: str = TIMES, host: str = "bank.example") -> str:
    """Return a .nessus file with one host."""
    return (
        '<?xml version="1.0"?><NessusClientData_v2><Policy><policyName>P</policyName></Policy>'
        f'<Report name="R" xmlns:cm="http://www.nessus.org/cm"><ReportHost name="{host}">'
        f"<HostProperties>{times}</HostProperties>{''.join(items)}</ReportHost></Report>"
        "</NessusClientData_v2>"
    )


def test_a_finding() -> None:
    scan = read(nessus(item()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("nessus", "Nessus", "bank.example")
    assert scan.started_at == datetime(2022, 3, 23, 14, 31, 51, tzinfo=UTC)
    assert (found.rule_id, found.severity) == ("42873", Severity.MEDIUM)
    assert (found.cwes, found.tags) == ((326, 327), ("owasp-top10-2017:A03",))
    assert (found.cvss, found.epss, found.solution) == (7.5, 0.01, "")
    assert found.locations == (Location("bank.example:443/tcp"),)
    assert "CVE-2016-2183" in found.description
    assert found.references == ("https://sweet32.info",)
    assert scan.problems == ()


def test_severity_0_is_an_observation() -> None:
    scan = read(nessus(item(severity=0), item(severity=4)))
    assert [found.state for found in scan.results] == [FindingState.OBSERVATION, FindingState.OPEN]
    assert scan.results[1].severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ("PASSED", FindingState.PASSED),
        ("FAILED", FindingState.OPEN),
        ("WARNING", FindingState.NEEDS_REVIEW),
        ("ERROR", FindingState.NEEDS_REVIEW),
    ],
)
def test_compliance_checks_have_a_rule_of_their_own(result: str, state: FindingState) -> None:
    found = only(read(nessus(item(3, "21157", COMPLIANCE.format(result=result)))))
    assert (found.rule_id, found.state) == ("21157/1.1.1 Disable cramfs", state)
    assert "Expected: absent\n\nFound: loadable" in found.description


def test_version_of_the_scanner_and_secrets_in_the_output() -> None:
    scan = read(
        nessus(
            item(0, "19506", output="Information:\nNessus version : 10.1.1\n"),
            item(0, "10107", output="  Set-Cookie: sid=topsecret\n  Server: nginx"),
        )
    )
    assert scan.tool_version == "10.1.1"
    assert "topsecret" not in str(scan.to_json())
    assert "Server: nginx" in scan.results[1].snippet


def test_a_scan_of_a_web_application_names_the_url() -> None:
    seen = "Detected on URL 'https://bank.example/search' by exploiting 'form'"
    found = only(read(nessus(item(output=seen), host="https://bank.example/")))
    assert found.locations == (Location("https://bank.example/search"),)


def test_every_line_of_a_csv_file_is_a_result() -> None:
    header = "Plugin ID,CVE,CVSS,Risk,Host,Protocol,Port,Name,Synopsis,Plugin Output\n"
    lines = (
        '42873,CVE-2016-2183,5.0,Medium,bank.example,tcp,443,Weak,"Weak\nciphers",3DES\n'
        "42873,CVE-2016-6329,5.0,Medium,bank.example,tcp,443,Weak,Weak,3DES\n"
        "10107,,,None,bank.example,tcp,80,Server type,,nginx\n"
    )
    scan = read(header + lines)
    assert (scan.account.findings, scan.account.observations) == (2, 1)
    assert len(set(fingerprints(scan))) == 3
    assert scan.results[0].severity is Severity.MEDIUM
    assert scan.results[2].locations == (Location("bank.example:80/tcp"),)


def test_an_accepted_risk_of_tenable_sc_is_suppressed() -> None:
    report = (
        '"Plugin","Plugin Name","Severity","IP Address","Protocol","Port","Accept Risk Comment"\n'
        '"42873","Weak","High","192.0.2.7","TCP","443","Replaced in May"\n'
    )
    found = only(read(report))
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, "Replaced in May")
    assert (found.severity, found.locations) == (Severity.HIGH, (Location("192.0.2.7:443/tcp"),))


def test_a_host_whose_scan_did_not_end_proves_nothing() -> None:
    begun = '<tag name="HOST_START">Wed Mar 23 14:31:51 2022</tag>'
    assert "bank.example" in str(read(nessus(item(), times=begun)).problems[0])
    assert read("<NessusClientData_v2><Report name='R'/></NessusClientData_v2>").problems
    assert read(nessus()).problems == ()


def test_the_same_finding_in_a_later_run() -> None:
    later = TIMES.replace("2022", "2023")
    assert fingerprints(read(nessus(item()))) == fingerprints(read(nessus(item(), times=later)))
    with pytest.raises(UnreadableReport):
        read(nessus(item())[:-30])


def test_compliance_in_a_csv_file() -> None:
    header = "Plugin ID,CVE,CVSS,Risk,Host,Protocol,Port,Name,Synopsis,Description\n"
    line = '21157,,,{0},bank.example,tcp,0,Unix Compliance,,"""1.1 Ensure it"" : [{0}]\n\nWhy."\n'
    scan = read(header + "".join(map(line.format, ("FAILED", "PASSED", "WARNING", "ERROR"))))
    assert [(found.state, found.severity) for found in scan.results] == [
        (FindingState.OPEN, Severity.HIGH),
        (FindingState.PASSED, Severity.INFO),
        (FindingState.NEEDS_REVIEW, Severity.MEDIUM),
        (FindingState.NEEDS_REVIEW, Severity.MEDIUM),
    ]
    assert {found.rule_id for found in scan.results} == {"21157/1.1 Ensure it"}


def test_compliance_and_weaknesses_in_a_csv_file_of_tenable_sc() -> None:
    header = '"Plugin","Plugin Name","Severity","IP Address","Plugin Output","Cross References"\n'
    told = COMPLIANCE.format(result="PASSED")
    scan = read(
        f'{header}"1000001","1.1","Info","192.0.2.7","{told}",""\n'
        '"42873","Weak","High","192.0.2.7","3DES","CERT #958563,CWE #327"\n'
    )
    passed, weak = scan.results
    assert (passed.state, passed.title) == (FindingState.PASSED, "1.1.1 Disable cramfs")
    assert weak.cwes == (327,)


@pytest.mark.parametrize("plugin", ["21745", "104410"])
def test_a_host_that_refused_the_credentials_is_not_clean(plugin: str) -> None:
    scan = read(nessus(item(severity=0, plugin=plugin)))
    assert scan.account.observations == 1
    assert "bank.example" in str(scan.problems[0])
