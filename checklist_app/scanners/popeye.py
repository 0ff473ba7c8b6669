"""Popeye's JSON report.

Source: ``internal/report`` and ``internal/issues`` of Popeye. A result is one issue of one resource
in ``sanitizers[].issues``, called ``sections`` since 0.20. Resources with an empty list had none.
"""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.kube_names import joined, steady_name
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_index, as_object, load_json

TOOL = "Popeye"
_CODE = re.compile(r"\A\[(POP-\d{1,6})\]\s*")
# Popeye writes its own errors as an object in which all have this name.
_ERROR = re.compile(rb'(?<=[{,])\s*"error"\s*:\s*(?=")')
_ROOT = "__root__"
_STATES = {
    0: (FindingState.PASSED, Severity.INFO),
    1: (FindingState.OPEN, Severity.INFO),
    2: (FindingState.OPEN, Severity.MEDIUM),
    3: (FindingState.OPEN, Severity.HIGH),
}
_WARNING = 2
_COUNTS = ("ok", "info", "warning", "error")
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of Popeye."""
    return (
        head.kind is Kind.JSON
        and head.text.startswith("{")
        and head.has_key("popeye")
        and (head.has_key("score", "grade") or head.has_key("tally"))
    )


def parse(report: Report) -> ParsedScan:
    """Read a report of Popeye.

    Raises:
        UnreadableReport: it is no JSON, has no sections, or one has the wrong type.
    """
    numbers = count(1)
    whole = _ERROR.sub(lambda _: b'"error %d":' % next(numbers), report.read())
    data = as_object(load_json(whole))
    body = data.get("popeye")
    if not isinstance(body, dict):
        raise wrong_type("popeye", "{…}")
    gathering = Gathering(
        format=PARSER.format,
        tool=TOOL,
        target=clean(data.get("ClusterName") or data.get("ContextName"), MAX_SHORT),
        started_at=moment(body.get("report_time")),
    )
    scanned = sum(_section(gathering, section) for section in _sections(body))
    if not scanned and not gathering.results:
        gathering.fail(_NOTHING)
    if body.get("errors"):
        gathering.fail(
            text(
                "%(tool)s reports %(count)s errors of its own.",
                tool=TOOL,
                count=len(body["errors"]) if isinstance(body["errors"], list | dict) else 1,
            )
        )
    return gathering.scan()


def _sections(body: dict[str, Any]) -> list[dict[str, Any]]:
    key = "sections" if "sections" in body else "sanitizers"
    if key not in body:
        raise UnreadableReport(
            text("This report of Popeye has no sections. Write it with --out json.")
        )
    found = body[key]
    if found is None:
        return []
    if not isinstance(found, list):
        raise wrong_type(f"popeye.{key}", "[…]")
    for number, section in enumerate(found):
        if not isinstance(section, dict):
            raise wrong_type(f"popeye.{key}[{number}]", "{…}")
    return found


def _section(gathering: Gathering, section: dict[str, Any]) -> int:
    """Read what one linter found; return how many resources it looked at."""
    issues = section.get("issues") or {}
    name = clean(section.get("linter") or section.get("sanitizer"), MAX_SHORT)
    if not isinstance(issues, dict):
        raise wrong_type(f"{name}.issues", "{…}")
    worst = 0
    for resource, found in issues.items():
        if found is not None and not isinstance(found, list):
            raise wrong_type(f"{name}.issues", "{…: […]}")
        for issue in found or []:
            if isinstance(issue, dict):
                gathering.add(_finding(issue, name, resource))
                worst = max(worst, as_index(issue.get("level")) or 0)
            else:
                gathering.skip(_BROKEN)
    counts = [as_index(as_object(section.get("tally")).get(key)) or 0 for key in _COUNTS]
    if worst < _WARNING and any(counts[_WARNING:]):
        gathering.fail(
            text(
                "Popeye counts problems with %(section)s that the report does not list.",
                section=name or "?",
            )
        )
    return max(sum(counts), len(issues))


def _finding(issue: dict[str, Any], linter: str, resource: str) -> ParsedFinding:
    message = clean(issue.get("message"), MAX_DESCRIPTION)
    match = _CODE.match(message)
    rule_id = match[1] if match else ""
    said = message[match.end() :] if match else message
    part = clean(issue.get("group"), MAX_SHORT)
    part = "" if part == _ROOT else part
    level = issue.get("level")
    state, severity = _STATES.get(
        level if isinstance(level, int) else -1, (FindingState.OPEN, Severity.MEDIUM)
    )
    space, _, name = resource.rpartition("/")
    steady = joined(linter, space, steady_name(linter.removesuffix("s"), name))
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(said, MAX_TITLE).partition("\n")[0] or rule_id or "?",
        description=said,
        severity=severity,
        cwes=(),
        tags=(),
        locations=(Location(clean(f"{linter}/{resource}", MAX_URI), parameter=part),),
        fingerprint=fingerprint("popeye", rule_id or said, steady, part),
        state=state,
    )


PARSER = Parser(
    "popeye",
    "Popeye (JSON)",
    recognises,
    parse,
    About(
        versions="Popeye 0.6 to 0.22.",
        source="`internal/report` and `internal/issues` in the source of Popeye.",
        command="`popeye --out json > report.json`",
        result="An issue of one resource of the cluster.",
        keys="Rule `popeye:<code>`, such as `POP-106`.",
        severity="Level 3 is high, 2 medium, 1 informational.",
        clean="Level 0 is a pass; resources without issues were looked at and are clean. Errors of "
        "Popeye itself, problems that are counted but not listed, or no resource at all mean that "
        "the scan proves nothing.",
        differs="Issues of level 0 are passes; others leave them out.",
    ),
)
