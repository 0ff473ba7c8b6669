"""What DefectDojo's generic JSON and CSV say."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

HEADER = "Date,Title,CweId,CweIds,Url,Severity,Description,Mitigation,Active,FalsePositive"


def finding(**more: Any) -> dict[str, Any]:
    return {"title": "SQL injection", "severity": "High", "description": "In the form.", **more}


def generic(*findings: Any, **root: Any) -> dict[str, Any]:
    return {"name": "Night scan", "type": "Bank Scanner", **root, "findings": list(findings)}


def test_a_finding_with_all_that_leads_somewhere() -> None:
    scan = read(
        generic(
            finding(
                cwe=89,
                cwes=["CWE-943", 564],
                cve="CVE-2020-36234",
                vuln_id_from_tool="SQLI-1",
                cvssv3_score=8.1,
                epss_score=0.2,
                endpoints=["https://bank.example/a?q=1", {"host": "b.example", "port": 8443}],
                param="q",
                mitigation="Bind parameters.",
                references="See https://docs.example/sqli",
                tags=["night", "owasp-top10-2021:A03"],
                payload="Cookie: sid=abcdef0123456789",
            ),
            version="3",
        )
    )
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("dojo-generic", "Bank Scanner", "3")
    assert (found.rule_id, found.severity) == ("SQLI-1", Severity.HIGH)
    assert (found.cwes, found.tags) == ((89, 564, 943), ("owasp-top10-2021:A03",))
    assert (found.cvss, found.epss) == (8.1, 0.2)
    assert found.locations[1] == Location("b.example:8443", parameter="q")
    assert found.references == ("https://docs.example/sqli",)
    assert "abcdef" not in found.snippet


@pytest.mark.parametrize(
    ("flags", "state", "reason"),
    [
        ({"active": True, "verified": False}, FindingState.OPEN, ""),
        ({"false_p": True}, FindingState.SUPPRESSED, "false positive"),
        ({"risk_accepted": True}, FindingState.SUPPRESSED, "risk accepted"),
        ({"is_mitigated": True, "active": False}, FindingState.SUPPRESSED, "mitigated"),
        ({"active": False}, FindingState.SUPPRESSED, "inactive"),
        ({"under_review": True}, FindingState.NEEDS_REVIEW, "under review"),
    ],
)
def test_flags(flags: dict[str, Any], state: FindingState, reason: str) -> None:
    found = only(read(generic(finding(**flags))))
    assert (found.state, found.reason) == (state, reason)


def test_lines_of_a_csv_are_findings_of_their_own() -> None:
    scan = read(
        f"{HEADER}\n"
        "28/02/2021,Title,1,,https://bank.example/a,Low,What,How,TRUE,FALSE\n"
        '28/02/2021,Title,,"CWE-79, 89",bank.example/b,,"Two\nlines",,FALSE,FALSE\n'
        "28/02/2021,Other,3,,,Critical,What,How,TRUE,TRUE\n"
        "28/02/2021,,,,,,,,,\n"
    )
    assert [found.cwes for found in scan.results] == [(1,), (79, 89), (3,)]
    assert [found.severity for found in scan.results] == [
        Severity.LOW,
        Severity.INFO,
        Severity.CRITICAL,
    ]
    assert [found.reason for found in scan.results] == ["", "inactive", "false positive"]
    assert (scan.account.read, scan.account.skipped) == (4, 1)
    assert scan.account.adds_up


def test_moved_lines_and_new_queries_are_the_same_finding() -> None:
    before = finding(file_path="./bank/a.py", line=3, endpoints=["https://bank.example/a?q=1"])
    after = finding(file_path="bank/a.py", line=9, endpoints=["https://bank.example/a?q=2"])
    assert fingerprints(read(generic(before))) == fingerprints(read(generic(after)))
    own = finding(unique_id_from_tool="7")
    again = finding(unique_id_from_tool="7", file_path="elsewhere.py")
    assert fingerprints(read(generic(own))) == fingerprints(read(generic(again)))


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({}, "lacks title, severity, description"),
        (finding(invented=1), "fields that DefectDojo's generic format does not have: invented"),
    ],
)
def test_a_finding_that_does_not_follow_the_format_is_refused(
    broken: dict[str, Any], told: str
) -> None:
    with pytest.raises(UnreadableReport, match=told):
        read({"findings": [broken]})
    with pytest.raises(UnreadableReport, match=r"findings\[1\]"):
        read({"findings": [finding(), 7]})


def test_an_empty_list_found_nothing_and_other_findings_are_not_ours() -> None:
    scan = read(generic())
    assert (scan.account.read, scan.problems) == (0, ())
    with pytest.raises(UnreadableReport, match="not a scanner report"):
        read({"findings": [{"id": 1, "check": "x"}]})
    with pytest.raises(UnreadableReport, match="not a scanner report"):
        read({"scanner": "x", "findings": [finding()]})
