"""Reports that count more than they list, or whose scan ended early, prove no absence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scanners.reports import read

RESULT = (
    "<result id='1'><name>Old TLS</name><host>192.0.2.10</host><port>443/tcp</port>"
    "<nvt oid='1.3.6.1'><name>Old TLS</name></nvt><threat>High</threat></result>"
)


def openvas(filtered: int) -> str:
    count = f"<result_count>900<full>900</full><filtered>{filtered}</filtered></result_count>"
    return (
        "<report id='a' format_id='b'><report id='a'><scan_run_status>Done</scan_run_status>"
        f"{count}<results start='1' max='1'>{RESULT}</results></report></report>"
    )


def nmap(timed_out: str) -> str:
    return (
        f"<nmaprun scanner='nmap' args='nmap a' version='7.94'><host timedout='{timed_out}'>"
        "<status state='up'/><address addr='192.0.2.10' addrtype='ipv4'/></host>"
        "<runstats><finished exit='success'/><hosts up='1' down='0' total='1'/></runstats>"
        "</nmaprun>"
    )


def npm(high: int) -> dict[str, Any]:
    counts = {"info": 0, "high": high, "total": high}
    dependencies = {"prod": 3, "total": 3}
    metadata = {"vulnerabilities": counts, "dependencies": dependencies}
    return {"auditReportVersion": 2, "vulnerabilities": {}, "metadata": metadata}


def checkov(failed: int) -> dict[str, Any]:
    return {
        "check_type": "terraform",
        "results": {"passed_checks": [], "failed_checks": []},
        "summary": {"passed": 9, "failed": failed, "skipped": 0, "checkov_version": "3.2.1"},
    }


@pytest.mark.parametrize(
    ("whole", "part", "said"),
    [
        (openvas(1), openvas(300), "1 of 300 results"),
        (npm(0), npm(4), "0 of 4 results"),
        (checkov(0), checkov(3), "0 of 3 results"),
        (nmap("false"), nmap("true"), "192.0.2.10 was not assessed to its end"),
    ],
    ids=["openvas", "npm", "checkov", "nmap"],
)
def test_a_report_that_holds_a_part_says_so(whole: Any, part: Any, said: str) -> None:
    assert read(whole).problems == ()
    assert said in " ".join(map(str, read(part).problems))
