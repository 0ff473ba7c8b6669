"""gosec JSON: security issues in Go code.

Source: ``ReportInfo`` and ``Issue`` in the source of gosec. A result is one element of ``Issues``;
with ``-track-suppressions`` those that a ``#nosec`` comment hides are listed too. Packages that did
not compile stand in ``Golang errors``; they were not scanned in full.
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
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import add_each, members, root_object
from checklist_app.scanners.source_code import (
    NOTHING_SCANNED,
    SECRET_CWES,
    KnownSecrets,
    fail_of_errors,
    guarded,
    source_path,
    squeezed,
    trace,
)
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "gosec"

_CREDENTIALS = "G101"
_NUMBERED = re.compile(r"(\d{1,9}): ?(.*)")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a gosec report."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if head.has_key("Golang errors"):
        return True
    counted = head.has_key("Stats", "nosec") or head.has_key("rule_id", "details", "confidence")
    return head.has_key("Issues") and counted


def parse(report: Report) -> ParsedScan:
    """Read a gosec report.

    Raises:
        UnreadableReport: it is no JSON, or has no list of issues.
    """
    root = root_object(document(report))
    issues = members(
        root, "Issues", text("This gosec report has no list of issues. Write it with -fmt=json.")
    )
    gathering = Gathering("gosec", TOOL, tool_version=as_text(root.get("GosecVersion")))
    _check(gathering, root)
    secrets = KnownSecrets()
    for issue in issues:
        if _is_secret(as_object(issue)):
            secrets.learn(_flagged(issue))
    add_each(gathering, issues, lambda issue: _finding(issue, secrets))
    return gathering.scan()


def _check(gathering: Gathering, root: dict[str, Any]) -> None:
    errors = as_object(root.get("Golang errors"))
    fail_of_errors(
        gathering,
        [
            f"{source_path(path)}: {clean(as_object(part).get('error'), 200)}".removeprefix(": ")
            for path, parts in errors.items()
            for part in as_list(parts)
        ],
    )
    if as_object(root.get("Stats")).get("files") == 0:
        gathering.fail(NOTHING_SCANNED)


def _cwes(issue: dict[str, Any]) -> tuple[int, ...]:
    cwe = issue.get("cwe")
    number = cwe.get("id", cwe.get("ID")) if isinstance(cwe, dict) else cwe
    return cwes_in(number, bare=True)


def _is_secret(issue: dict[str, Any]) -> bool:
    return issue.get("rule_id") == _CREDENTIALS or bool(SECRET_CWES.intersection(_cwes(issue)))


def _lines(issue: dict[str, Any]) -> tuple[int | None, int | None]:
    """Return the first and the last line; the tool writes ``12`` or ``12-14``."""
    first, _, last = clean(issue.get("line"), 40).partition("-")
    return whole_number(first), whole_number(last) or whole_number(first)


def _flagged(issue: dict[str, Any]) -> str:
    """Return the code that an issue is about, without the lines around it and their numbers."""
    code = clean(issue.get("code"), 8_000)
    first, last = _lines(issue)
    matches = [match for line in code.split("\n") if (match := _NUMBERED.fullmatch(line))]
    if not matches or first is None or last is None:
        return code
    return "\n".join(match[2] for match in matches if first <= int(match[1]) <= last)


def _finding(issue: dict[str, Any], secrets: KnownSecrets) -> ParsedFinding:
    rule_id = clean(issue.get("rule_id"), MAX_RULE_ID)
    path = source_path(issue.get("file"))
    details = secrets.hide(issue.get("details"), MAX_DESCRIPTION)
    code = squeezed(_flagged(issue))
    secret = _is_secret(issue)
    details = guarded(details) if secret else details
    state, reason = _state(issue)
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(details, MAX_TITLE) or rule_id or "?",
        description=f"{details}\n\nconfidence: {clean(issue.get('confidence'), 40)}",
        severity=severity_of(issue.get("severity")),
        cwes=_cwes(issue),
        tags=(),
        locations=(Location(path, _lines(issue)[0]),) if path else (),
        fingerprint=fingerprint("gosec", rule_id, path, trace(code) if secret else code),
        state=state,
        reason=reason,
        references=links_in(as_object(issue.get("cwe")).get("url")),
        snippet="" if secret else secrets.hide(issue.get("code")),
    )


def _state(issue: dict[str, Any]) -> tuple[FindingState, str]:
    suppressions = [as_object(part) for part in as_list(issue.get("suppressions"))]
    if issue.get("nosec") is not True and not suppressions:
        return FindingState.OPEN, ""
    told = [
        ": ".join(filter(None, (clean(part.get(key), 200) for key in ("kind", "justification"))))
        for part in suppressions
    ]
    return FindingState.SUPPRESSED, clean("; ".join(filter(None, told)), MAX_SHORT) or "nosec"


PARSER = Parser(
    "gosec",
    "gosec (JSON)",
    recognises,
    parse,
    About(
        versions="gosec 1 and 2, with `cwe` in each of its spellings, and with suppressions.",
        source="`report/` and `issue/` in the source of gosec.",
        command="`gosec -fmt=json -out=gosec.json -track-suppressions ./...`",
        result="An element of `Issues`: one rule that fails in one place.",
        keys="`cwe.id`, rule `gosec:<rule_id>` such as `gosec:G401`.",
        severity="`severity`: HIGH, MEDIUM, LOW; the confidence is told in the description.",
        clean="No issue, no Go error and at least one file ran and found nothing.",
        differs="What `#nosec` hides is suppressed; hard-coded credentials are not quoted.",
    ),
)
