"""What Popeye says of a cluster."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def issue(message: str = "[POP-106] No limits defined", **more: Any) -> dict[str, Any]:
    return {"group": "web", "gvr": "containers", "level": 2, "message": message, **more}


def section(
    *issues: Any, name: str = "shop/web-6cff44dc94-d92km", linter: str = "pods", **tally: int
) -> dict[str, Any]:
    counts = {"ok": 0, "info": 0, "warning": 0, "error": 0, "score": 100, **tally}
    return {
        "sanitizer": linter,
        "gvr": "v1/pods",
        "tally": counts,
        "issues": {name: list(issues)},
    }


def popeye(*sections: Any, **more: Any) -> dict[str, Any]:
    return {"popeye": {"score": 67, "grade": "D", "sanitizers": list(sections), **more}}


def test_an_issue_of_a_resource() -> None:
    scan = read(popeye(section(issue())))
    found = only(scan)
    assert (scan.format, scan.tool) == ("popeye", "Popeye")
    assert (MappingKind.RULE, "popeye:POP-106") in routing_keys(found)
    assert found.title == "No limits defined"
    assert found.locations == (Location("pods/shop/web-6cff44dc94-d92km", parameter="web"),)
    assert scan.problems == ()


@pytest.mark.parametrize(
    ("level", "severity", "state"),
    [
        (3, Severity.HIGH, FindingState.OPEN),
        (2, Severity.MEDIUM, FindingState.OPEN),
        (1, Severity.INFO, FindingState.OPEN),
        (0, Severity.INFO, FindingState.PASSED),
        ("?", Severity.MEDIUM, FindingState.OPEN),
    ],
)
def test_levels(level: object, severity: Severity, state: FindingState) -> None:
    found = only(read(popeye(section(issue(level=level)))))
    assert (found.severity, found.state) == (severity, state)


def test_the_newer_form() -> None:
    new = {"linter": "pods", "tally": {"ok": 1}, "issues": {"shop/web": [issue()]}}
    body = {"report_time": "2026-01-12T09:30:00Z", "score": 9, "grade": "F", "sections": [new]}
    scan = read({"popeye": body, "ClusterName": "prod", "ContextName": "admin"})
    assert (scan.target, scan.account.findings) == ("prod", 1)
    assert scan.started_at is not None


def test_the_next_pod_has_the_same_findings_and_another_container_has_others() -> None:
    before = fingerprints(read(popeye(section(issue()))))
    moved = section(issue("[POP-106] No limits at all"), name="shop/web-7d9b8c5f4-b2c4d")
    assert fingerprints(read(popeye(moved))) == before
    assert fingerprints(read(popeye(section(issue(group="proxy"))))) != before


def test_what_looked_at_nothing_or_hides_something_is_not_clean() -> None:
    assert read(popeye(section(ok=1))).problems == ()
    assert "nothing that was scanned" in str(read(popeye()).problems[0])
    hidden = read(popeye(section(error=1)))
    assert "counts problems with pods" in str(hidden.problems[0])
    failed = read(popeye(section(issue()), errors={"error": "forbidden"}))
    assert "1 errors of its own" in str(failed.problems[0])


def test_fields_of_the_wrong_type_are_named() -> None:
    with pytest.raises(UnreadableReport, match=r"popeye\.sanitizers should be"):
        read({"popeye": {"score": 1, "grade": "F", "sanitizers": {}}})
    with pytest.raises(UnreadableReport, match="has no sections"):
        read({"popeye": {"score": 1, "grade": "F"}})
    assert read(popeye(section(issue(), 7))).account.skipped == 1


def test_all_its_errors_have_one_name() -> None:
    whole = json.dumps(popeye(section(issue(message='[POP-1] says {"error":"x"}'), error=1)))
    errors = '"errors":{"error":"no metrics","error":"may not list \\"pods\\""}'
    scan = read(whole.replace('"score": 67', f'{errors},"score": 67'))
    assert only(scan).title == 'says {"error":"x"}'
    assert "2" in str(scan.problems[0])
