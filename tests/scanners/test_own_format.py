"""What our own format for findings of any tool says, and what it refuses."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "own-scanner-format.md"


def result(**more: Any) -> dict[str, Any]:
    return {"rule": "cookie-flags", "title": "Cookie without Secure", "severity": "medium", **more}


def own(*results: Any, **root: Any) -> dict[str, Any]:
    whole = {"format": "checklist-findings", "version": 1, "tool": {"name": "Cookie Check"}}
    return {**whole, **root, "results": list(results)}


def test_the_example_of_the_documentation_is_read() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.DOTALL)
    scan = read(example)
    assert scan.format == "checklist-findings"
    assert {found.state for found in scan.results} == {
        FindingState.OPEN,
        FindingState.PASSED,
        FindingState.SUPPRESSED,
    }
    assert scan.account.adds_up


def test_every_field_arrives() -> None:
    found = only(
        read(
            own(
                result(
                    description="The session cookie travels over HTTP.",
                    cwe=[614, "CWE-319"],
                    tags=["WSTG-SESS-02", "owasp-top10-2025:A02"],
                    locations=[
                        {
                            "uri": "https://bank.example/login",
                            "method": "POST",
                            "parameter": "sid",
                        },
                        {"uri": "./bank/a.py", "line": 3},
                    ],
                    solution="Set Secure.",
                    references=["https://docs.example/cookies"],
                    cvss=5.3,
                    epss=0.01,
                    snippet="Set-Cookie: sid=0123456789abcdef; Path=/",
                )
            )
        )
    )
    assert (found.severity, found.cwes) == (Severity.MEDIUM, (319, 614))
    assert found.tags == ("owasp-top10-2025:A02", "wstg:WSTG-SESS-02")
    assert found.locations[1] == Location("bank/a.py", 3)
    assert (MappingKind.RULE, "cookie-check:cookie-flags") in routing_keys(found)
    assert (found.cvss, found.epss, found.occurrences) == (5.3, 0.01, 2)
    assert "0123456789" not in found.snippet


def test_the_head_of_the_report() -> None:
    scan = read(
        own(
            tool={"name": "Cookie Check", "version": "1.4"},
            target="https://bank.example",
            started_at="2026-01-12T10:30:00+01:00",
            command_line="check.py --all",
        )
    )
    assert (scan.tool_version, scan.target) == ("1.4", "https://bank.example")
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (scan.command_line, scan.problems) == ("check.py --all", ())


def test_a_failed_run_proves_nothing() -> None:
    (problem,) = read(own(failed="could not sign in")).problems
    assert "could not sign in." in str(problem)


def test_the_same_weakness_on_another_line_is_the_same_finding() -> None:
    one = result(locations=[{"uri": "a.py", "line": 1}])
    other = result(locations=[{"uri": "a.py", "line": 9}], severity="low")
    assert fingerprints(read(own(one))) == fingerprints(read(own(other)))
    mine = result(fingerprint="cookie:sid")
    assert fingerprints(read(own(mine))) == fingerprints(
        read(own(result(fingerprint="cookie:sid", locations=[{"uri": "b.py"}])))
    )


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (own(result(colour="red")), r"results\[0\] has fields .* colour"),
        (own(colour="red"), r"\(root\) has fields .* colour"),
        (own(result(locations=[{"uri": "a", "column": 1}])), r"locations\[0\] has fields"),
        (own(tool={"name": "x", "url": "y"}), "tool has fields"),
        (own(version=2), "version should be 1"),
        (own(tool={}), "tool.name should be"),
        (own(started_at="yesterday"), "started_at should be"),
        (own(result(title="")), r"results\[0\].title should be"),
        (own(result(severity="bad")), r"results\[0\].severity should be critical \| high"),
        (own({"title": "x"}), r"results\[0\].severity should be"),
        (own(result(state="fixed")), r"results\[0\].state should be"),
        (own(result(cwe=["many"])), r"results\[0\].cwe\[0\] should be"),
        (own(result(cwe=79)), r"results\[0\].cwe should be"),
        (own(result(tags=["A01"])), r"results\[0\].tags\[0\] should be"),
        (own(result(cvss="9")), r"results\[0\].cvss should be"),
        (own(result(locations=[{"uri": "a", "line": 0}])), r"line should be"),
        (own(result(references=["javascript:x"])), r"references\[0\] should be"),
        (own(result(fingerprint="1"), result(fingerprint="1")), "the same fingerprint"),
        (own("text"), r"results\[0\] should be"),
    ],
)
def test_a_slip_is_refused_with_its_place(broken: dict[str, Any], told: str) -> None:
    with pytest.raises(UnreadableReport, match=told):
        read(broken)


@pytest.mark.parametrize("state", ["passed", "not_applicable", "observation"])
def test_what_is_no_weakness_needs_no_severity(state: str) -> None:
    found = only(read(own({"title": "Checked", "state": state})))
    assert (found.state.value, found.severity) == (state, Severity.INFO)
