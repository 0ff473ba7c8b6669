"""tfsec's JSON report.

Source: ``FlatResult`` in ``pkg/scan/flat.go`` of defsec, before that ``internal/app/tfsec`` of
tfsec. A result is one element of ``results``; passed and ignored ones are in it on demand.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.kube_names import relative_path
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.untrusted.json_text import as_object

TOOL = "tfsec"
_STATUSES = {"1": FindingState.PASSED, "2": FindingState.SUPPRESSED}
_RESOURCE = re.compile(r"\b(?:Resource|Block|Variable|Module|Data) '([^'\s]{1,200})'")
_MAX_SOLUTION = 8_000
_BROKEN = text("The result is not an object, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of tfsec."""
    return (
        head.kind is Kind.JSON
        and head.text.startswith("{")
        and head.has_key("results", "rule_id", "location", "filename", "start_line")
        and not head.has_key("violations")
    )


def parse(report: Report) -> ParsedScan:
    """Read a report of tfsec.

    Raises:
        UnreadableReport: it is no JSON, or its results are no list.
    """
    data = document(report)
    results = as_object(data).get("results")
    if not isinstance(results, list):
        raise wrong_type("results", "[…]")
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    for result in results:
        if isinstance(result, dict):
            gathering.add(_finding(result))
        else:
            gathering.skip(_BROKEN)
    return gathering.scan()


def _finding(result: dict[str, Any]) -> ParsedFinding:
    rule_id = clean(result.get("rule_id") or result.get("long_id"), MAX_RULE_ID)
    place = as_object(result.get("location"))
    file = relative_path(place.get("filename"))
    message = clean(result.get("description"), MAX_DESCRIPTION // 2)
    state = _state(result)
    match = _RESOURCE.search(message)
    resource = clean(result.get("resource"), MAX_SHORT) or (match[1] if match else "")
    known = dict.fromkeys((message, clean(result.get("impact"), MAX_DESCRIPTION // 2)))
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(result.get("rule_description"), MAX_TITLE)
        or clean(message, MAX_TITLE)
        or rule_id
        or "?",
        description=clean("\n\n".join(filter(None, known)), MAX_DESCRIPTION),
        severity=Severity.INFO
        if state is FindingState.PASSED
        else severity_of(result.get("severity")),
        cwes=(),
        tags=(),
        locations=(Location(file, whole_number(place.get("start_line")), parameter=resource),),
        fingerprint=fingerprint("tfsec", rule_id, file, resource),
        state=state,
        reason=f"status: {result.get('status')}" if state is FindingState.SUPPRESSED else "",
        solution=clean(result.get("resolution"), _MAX_SOLUTION),
        references=_references(result),
    )


def _state(result: dict[str, Any]) -> FindingState:
    """Return the state: ``passed`` of old versions, ``status`` since defsec."""
    if result.get("passed") is True:
        return FindingState.PASSED
    return _STATUSES.get(clean(result.get("status"), 20), FindingState.OPEN)


def _references(result: dict[str, Any]) -> tuple[str, ...]:
    """Return the links: a list, or the sentence that old versions wrote."""
    return links_in(result.get("link"), result.get("links"))


PARSER = Parser(
    "tfsec",
    "tfsec (JSON)",
    recognises,
    parse,
    About(
        versions="tfsec 0.30 to 1.28.",
        source="`FlatResult` in the source of defsec, `internal/app/tfsec` in that of tfsec.",
        command="`tfsec --format json --out report.json`",
        result="A check of one resource.",
        keys="Rule `tfsec:<rule_id>`, such as `AVD-AWS-0086`, `aws-s3-enable-versioning` or "
        "`AWS002`, as the version names it.",
        severity="CRITICAL, HIGH, MEDIUM and LOW; of old versions ERROR is high, WARNING medium, "
        "INFO informational.",
        clean="Passed results (`--include-passed`) are passes, ignored ones (`--include-ignored`) "
        "are suppressed. A report without any result names no tool, so it is not recognised: write "
        "it with `--include-passed`.",
        differs="Passed results count as passes; others leave them out.",
    ),
)
