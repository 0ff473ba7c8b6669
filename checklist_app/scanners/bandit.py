"""Bandit JSON: security issues in Python code.

Source: the JSON formatter of Bandit. A result is one element of ``results``; since version 1.7.1
it names its CWE. Lines with ``# nosec`` are only counted by the tool, never listed. Files that it
could not parse stand in ``errors``; they were not scanned.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import (
    MAX_RULE_ID,
    MAX_TITLE,
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
    KnownSecrets,
    fail_of_errors,
    source_path,
    squeezed,
    trace,
)
from checklist_app.scanners.values import moment, severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Bandit"

_PASSWORDS = ("B105", "B106", "B107")
_NUMBERED = re.compile(r"(\d{1,9})[ \t]?(.*)")
_UNTIL_QUOTE = re.compile(r"(Possible hardcoded password: )'.*'", re.DOTALL)


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Bandit report."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    counted = head.has_key("generated_at", "metrics") and '"CONFIDENCE.HIGH"' in head.text
    return counted or head.has_key("test_id", "issue_text", "issue_severity")


def parse(report: Report) -> ParsedScan:
    """Read a Bandit report.

    Raises:
        UnreadableReport: it is no JSON, or has no list of results.
    """
    root = root_object(document(report))
    results = members(
        root,
        "results",
        text("This Bandit report has no list of results. Write it with bandit -f json."),
    )
    gathering = Gathering("bandit", TOOL, started_at=moment(root.get("generated_at")))
    _check(gathering, root)
    secrets = KnownSecrets()
    for result in results:
        _learn(secrets, as_object(result))
    add_each(gathering, results, lambda result: _finding(result, secrets))
    return gathering.scan()


def _check(gathering: Gathering, root: dict[str, Any]) -> None:
    errors = [as_object(part) for part in as_list(root.get("errors"))]
    fail_of_errors(
        gathering, [f"{_path(part)}: {clean(part.get('reason'), 200)}" for part in errors]
    )
    totals = as_object(as_object(root.get("metrics")).get("_totals"))
    if totals.get("loc") == 0:
        gathering.fail(NOTHING_SCANNED)


def _path(holder: dict[str, Any]) -> str:
    return source_path(holder.get("filename"))


def _is_password(result: dict[str, Any]) -> bool:
    return result.get("test_id") in _PASSWORDS


def _learn(secrets: KnownSecrets, result: dict[str, Any]) -> None:
    if _is_password(result):
        secrets.learn(result.get("issue_text"))
        secrets.learn("\n".join(_flagged(result)))


def _flagged(result: dict[str, Any]) -> list[str]:
    """Return the lines of code that a result is about, without those around them."""
    numbers = {whole_number(part) for part in as_list(result.get("line_range"))}
    numbers.add(whole_number(result.get("line_number")))
    lines = clean(result.get("code"), 8_000).split("\n")
    matches = [match for line in lines if (match := _NUMBERED.fullmatch(line))]
    return [match[2] for match in matches if whole_number(match[1]) in numbers]


def _finding(result: dict[str, Any], secrets: KnownSecrets) -> ParsedFinding:
    # Versions before 1.0 gave their tests names only.
    rule_id = clean(result.get("test_id") or result.get("test_name"), MAX_RULE_ID)
    path = _path(result)
    code = squeezed("\n".join(_flagged(result)))
    secret = _is_password(result)
    message = secrets.hide(result.get("issue_text"))
    if secret:
        message = _UNTIL_QUOTE.sub(r"\1'****'", message)
    confidence = clean(result.get("issue_confidence"), 40)
    name = clean(result.get("test_name"), MAX_TITLE)
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(message, MAX_TITLE) or name or rule_id or "?",
        description=f"{message}\n\n{name}, confidence: {confidence}".strip(),
        severity=severity_of(result.get("issue_severity")),
        cwes=cwes_in(as_object(result.get("issue_cwe")).get("id"), bare=True),
        tags=(),
        locations=(Location(path, whole_number(result.get("line_number"))),) if path else (),
        fingerprint=fingerprint("bandit", rule_id, path, trace(code) if secret else code),
        references=links_in(result.get("more_info")),
        snippet="" if secret else secrets.hide(result.get("code")),
    )


PARSER = Parser(
    "bandit",
    "Bandit (JSON)",
    recognises,
    parse,
    About(
        versions="Bandit 1.0 to 1.9, with and without `issue_cwe`.",
        source="The JSON formatter in the source of Bandit.",
        command="`bandit -r . -f json -o bandit.json`",
        result="An element of `results`: one test that fails in one place.",
        keys="`issue_cwe`, rule `bandit:<test_id>` such as `bandit:B608`.",
        severity="`issue_severity`: HIGH, MEDIUM, LOW; the confidence is told in the description.",
        clean="No result, no error and at least one line of code ran and found nothing.",
        differs="CWE numbers are read; passwords that the tool quotes are masked.",
    ),
)
