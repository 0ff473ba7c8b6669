"""What a report of sqlmap says: results file, log and JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

HEADER = "Target URL,Place,Parameter,Technique(s),Note(s)\n"
LOG = """sqlmap identified the following injection point(s) with a total of 51 HTTP(s) requests:
---
Parameter: id (GET)
    Type: boolean-based blind
    Title: AND boolean-based blind - WHERE or HAVING clause
    Payload: id=1 AND 1415=1415

    Type: UNION query
    Title: Generic UNION query (NULL) - 2 columns
    Payload: id=1 UNION ALL SELECT NULL,NULL

Parameter: #1* ((custom) POST)
    Type: time-based blind
    Title: MySQL >= 5.0.12 AND time-based blind
    Payload: {"id": "1 AND SLEEP(5)"}
---
back-end DBMS: MySQL >= 5.0.12
"""
NOTHING = "all tested parameters do not appear to be injectable. Try to increase the level"


def answer(
    *injections: dict[str, Any], errors: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """Return an answer of the API."""
    return {
        "success": True,
        "data": [
            {"status": 1, "type": 0, "value": {"url": "https://bank.example/a?id=1"}},
            {"status": 1, "type": 1, "value": list(injections)},
        ],
        "error": list(errors),
        **more,
    }


def injection(**more: Any) -> dict[str, Any]:
    """Return an injection as the older API writes it."""
    return {
        "place": "GET",
        "parameter": "id",
        "dbms": "MySQL",
        "notes": [],
        "conf": {"cookie": "sid=topsecret"},
        "data": {"1": {"title": "AND boolean-based", "payload": "id=1 AND 1=1"}},
        **more,
    }


META = {
    "api_version": 2,
    "sqlmap_version": "sqlmap/1.10#stable",
    "timestamp": "2026-01-12 09:30:00",
}


def test_a_row_of_the_results_file() -> None:
    scan = read(HEADER + "https://bank.example/a?id=1,GET,id,BTU,\n")
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == (
        "sqlmap",
        "sqlmap",
        "https://bank.example/a?id=1",
    )
    assert (found.cwes, found.severity, found.rule_id) == ((89,), Severity.HIGH, "sql-injection")
    assert found.locations == (
        Location("https://bank.example/a?id=1", method="GET", parameter="id"),
    )
    assert found.description == "Techniques: boolean-based blind, time-based blind, UNION query"


def test_what_sqlmap_calls_a_false_positive_is_suppressed() -> None:
    note = "false positive or unexploitable"
    found = only(read(f"{HEADER}https://bank.example/,Cookie,sid,B,{note}\n"))
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, note)
    assert found.locations == (Location("https://bank.example/", parameter="Cookie: sid"),)


def test_every_parameter_of_the_log_is_a_finding() -> None:
    first, second = read(LOG).results
    assert first.title == "SQL injection in GET parameter id"
    assert "UNION query" in first.description
    assert second.locations[0].parameter == "(custom) POST: #1*"
    assert "back-end DBMS: MySQL >= 5.0.12" in second.description
    again = read(LOG.replace("identified", "resumed") + LOG)
    assert fingerprints(again) == fingerprints(read(LOG))


@pytest.mark.parametrize(
    "data",
    [
        {"1": {"title": "AND boolean-based", "payload": "id=1 AND 1=1"}},
        [{"technique": "boolean-based blind", "title": "AND", "payload": "id=1 AND 1=1"}],
    ],
)
def test_json_of_both_versions_of_the_api(data: object) -> None:
    scan = read(answer(injection(data=data)))
    found = only(scan)
    assert found.description.startswith("Techniques: boolean-based blind\n\nMySQL")
    assert "id=1 AND 1=1" in found.snippet
    assert "topsecret" not in str(scan.to_json())
    assert scan.problems == ()


def test_the_json_report_tells_of_the_run_and_that_nothing_was_found() -> None:
    scan = read(answer(errors=(NOTHING,), meta=META))
    assert (scan.results, scan.problems) == ((), ())
    assert (scan.tool_version, scan.target) == ("1.10#stable", "https://bank.example/a?id=1")
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "report",
    [
        HEADER,
        answer(errors=("unable to connect to the target URL",), meta=META),
        answer(meta=META),
        {"success": True, "data": [], "error": [], "meta": META},
    ],
)
def test_a_report_that_shows_no_test_proves_nothing(report: Any) -> None:
    assert read(report).problems


def test_several_targets_in_one_report() -> None:
    scan = read(
        {"success": True, "targets": [answer(injection()), answer(injection())], "meta": META}
    )
    assert (scan.account.read, scan.account.merged) == (2, 1)


def test_a_report_without_its_list_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="no list named data"):
        read({"success": True, "data": {}, "error": [], "meta": META})


def test_other_values_in_the_query_are_the_same_finding() -> None:
    before = read(HEADER + "https://bank.example/a?id=1,GET,id,B,\n")
    after = read(HEADER + "https://bank.example/a?id=2,GET,id,BU,\n")
    assert fingerprints(before) == fingerprints(after)


@pytest.mark.parametrize(
    ("kind", "title", "rule", "cwe"),
    [
        ("NoSQL injection", "NoSQL injection", "nosql-injection", 943),
        ("XPath injection", "XPath injection", "xpath-injection", 643),
        ("LDAP injection", "LDAP injection", "ldap-injection", 90),
        ("HQL injection", "HQL injection", "hql-injection", 564),
        ("SSTI", "Template injection", "template-injection", 1336),
        ("XXE injection", "XML external entity injection", "xxe", 611),
        ("XSLT injection", "XSLT injection", "xslt-injection", 91),
        ("a new technique", "SQL injection", "sql-injection", 89),
    ],
)
def test_the_log_of_options_that_inject_something_else(
    kind: str, title: str, rule: str, cwe: int
) -> None:
    block = (
        f"---\nParameter: name (GET)\n    Type: {kind}\n    Title: found\n    Payload: name=x\n---"
    )
    found = only(read(block))
    assert (found.title, found.rule_id) == (f"{title} in GET parameter name", rule)
    assert (found.cwes, found.description) == ((cwe,), f"Techniques: {kind}")


def test_a_parameter_may_be_open_to_several_kinds_of_injection() -> None:
    block = "---\nParameter: id (GET)\n    Type: {}\n    Title: found\n    Payload: id=x\n---\n"
    scan = read(LOG + block.format("SSTI") + block.format("NoSQL injection"))
    assert [found.rule_id for found in scan.findings] == [
        "sql-injection",
        "sql-injection",
        "template-injection",
        "nosql-injection",
    ]
    assert len(set(fingerprints(scan))) == 4
