"""The older form of Kubescape's report: frameworks, controls, and the alerts of their rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, FindingState, ParsedFinding, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import wrong_type
from checklist_app.scanners.kubescape_results import (
    BROKEN,
    TOOL,
    Control,
    Resource,
    exceptions,
    finding,
    list_in,
    of_alert,
    paths,
)
from checklist_app.scanners.reading import Gathering
from checklist_app.untrusted.json_text import as_object


def read_frameworks(gathering: Gathering, data: Any) -> None:
    """Read the frameworks of a report, of which the older form consists.

    Raises:
        UnreadableReport: there are none, or a field that carries results has the wrong type.
    """
    for framework in _frameworks(data):
        _by_framework(gathering, framework)


def _frameworks(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the frameworks of the older form: one, a list of them, or those of a report."""
    holder = as_object(data)
    if "controlReports" in holder:
        yield holder
        return
    found = data if isinstance(data, list) else holder.get("frameworks")
    if not isinstance(found, list):
        raise UnreadableReport(
            text(
                "This report of Kubescape has no results. "
                "Write it with --format json --format-version v2."
            )
        )
    for number, framework in enumerate(found):
        if not isinstance(framework, dict):
            raise wrong_type(f"frameworks[{number}]", "{…}")
        yield framework


def _by_framework(gathering: Gathering, framework: dict[str, Any]) -> None:
    for report in list_in(framework, "controlReports"):
        if not isinstance(report, dict):
            raise wrong_type("controlReports", "[{…}]")
        rules = [as_object(rule) for rule in list_in(report, "ruleReports", "controlReports.")]
        broken = next(filter(None, map(_not_run, rules)), "")
        if broken:
            gathering.fail(
                text("%(tool)s could not run a check: %(error)s", tool=TOOL, error=broken)
            )
        before = len(gathering.results) + gathering.skipped.total()
        for rule in rules:
            for response in list_in(rule, "ruleResponses", "ruleReports."):
                if isinstance(response, dict):
                    gathering.add(_response(report, rule, response))
                else:
                    gathering.skip(BROKEN)
        if len(gathering.results) + gathering.skipped.total() == before:
            gathering.add(finding(_silent(report, broken), Resource()))


def _not_run(rule: dict[str, Any]) -> str:
    """Return why a rule did not run; empty if it did."""
    status = as_object(rule.get("ruleStatus"))
    failed = clean(status.get("status"), 40) in ("failed", "error")
    return clean(status.get("message"), MAX_SHORT) if failed else ""


def _response(
    report: dict[str, Any], rule: dict[str, Any], response: dict[str, Any]
) -> ParsedFinding:
    word = clean(response.get("ruleStatus"), 40)
    excused = exceptions(response)
    suppressed = bool(excused) or word in ("warning", "ignore", "excluded")
    state = FindingState.SUPPRESSED if suppressed else FindingState.OPEN
    if not suppressed and word in ("success", "passed"):
        state = FindingState.PASSED
    control = Control(
        number=_number(report),
        name=clean(report.get("name"), 500),
        score=report.get("baseScore"),
        state=state,
        reason=(excused or word) if suppressed else "",
        details=(
            clean(response.get("alertMessage"), 4_000),
            clean(report.get("description"), 4_000),
            *dict.fromkeys(paths(response)),
        ),
        remediation=clean(report.get("remediation") or rule.get("remediation"), 4_000),
        rule=clean(rule.get("name"), MAX_SHORT),
    )
    return finding(control, of_alert(as_object(response.get("alertObject"))))


def _number(report: dict[str, Any]) -> str:
    return clean(report.get("controlID") or report.get("id"), 60)


def _silent(report: dict[str, Any], broken: str) -> Control:
    """Return a control of the older form that no resource failed."""
    state = FindingState.PASSED
    if broken:
        state = FindingState.NEEDS_REVIEW
    elif report.get("totalResources") == 0:
        state = FindingState.NOT_APPLICABLE
    return Control(
        number=_number(report),
        name=clean(report.get("name"), 500),
        score=report.get("baseScore"),
        state=state,
        reason=broken,
        details=(clean(report.get("description"), 4_000),),
    )
