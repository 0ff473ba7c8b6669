"""Reports of sqlmap: results file (CSV), log, and JSON of the API and of ``--report-json``.

Source: ``lib/controller/controller.py`` and ``lib/utils/api.py`` of sqlmap. A result is one
parameter that can be injected: a row of the CSV file, a block ``Parameter: …`` of the log, or an
element of the value of type TECHNIQUES.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, MAX_URI, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.reading import Gathering, csv_rows, decoded, document
from checklist_app.scanners.sqlmap_injections import (
    TECHNIQUES,
    TOOL,
    Injection,
    injections_in_log,
    read_injection,
)
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object

_CSV_HEADER = "Target URL,Place,Parameter,Technique"
_LOG_HEADERS = tuple(
    f"sqlmap {found} the following injection point" for found in ("identified", "resumed")
)
_BLOCK_OF_LOG = re.compile(r"^---\r?\nParameter: .{1,1000}\)\r?\n    Type: ", re.MULTILINE)
"""What options like ``--nosql`` write to the log; there is no header above it."""
_LETTERS = dict(zip("BEQSTU", TECHNIQUES, strict=True))
_TARGET, _TECHNIQUES = 0, 1
_NOTHING_FOUND = "do not appear to be injectable"


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of sqlmap."""
    if head.kind is Kind.JSON:
        if head.has_key("meta", "sqlmap_version", "api_version"):
            return True
        is_answer = head.has_key("success", "data", "status", "type", "value")
        return is_answer and head.has_key("place", "parameter", "dbms")
    if head.kind is not Kind.OTHER:
        return False
    of_log = any(line in head.text for line in _LOG_HEADERS) or _BLOCK_OF_LOG.search(head.text)
    return head.text.startswith(_CSV_HEADER) or bool(of_log)


def parse(report: Report) -> ParsedScan:
    """Read a report of sqlmap.

    Raises:
        UnreadableReport: it is no JSON or CSV, or the list of results is missing.
    """
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    head = report.head()
    if head.kind is Kind.JSON:
        injections = _from_json(document(report), gathering)
    elif head.text.startswith(_CSV_HEADER):
        injections = _from_csv(report)
    else:
        injections = injections_in_log(decoded(report.read()))
    urls: dict[str, None] = {}
    for injection in injections:
        urls[injection.url] = None
        gathering.add(injection.finding())
    gathering.target = gathering.target or ", ".join(filter(None, urls))
    if not gathering.results and not gathering.target:
        gathering.fail(text("The report names nothing that was scanned, so it proves nothing."))
    return gathering.scan()


def _from_csv(report: Report) -> Iterator[Injection]:
    for row in csv_rows(report):
        letters = row.get("Technique(s)", row.get("Techniques", ""))
        yield Injection(
            url=clean(row.get("Target URL"), MAX_URI),
            place=clean(row.get("Place"), 40),
            parameter=clean(row.get("Parameter"), MAX_SHORT),
            techniques=[_LETTERS.get(letter, letter) for letter in letters[:20]],
            note=clean(row.get("Note(s)"), MAX_SHORT),
        )


def _from_json(whole: Any, gathering: Gathering) -> Iterator[Injection]:
    root = as_object(whole)
    meta = as_object(root.get("meta"))
    gathering.tool_version = clean(meta.get("sqlmap_version"), 60).removeprefix("sqlmap/")
    gathering.started_at = moment(meta.get("timestamp"))
    answers = root.get("targets", [root])
    if not isinstance(answers, list):
        raise wrong_type("targets", "[…]")
    tested: dict[str, None] = {}
    for answer in map(as_object, answers):
        parts = answer.get("data")
        if not isinstance(parts, list):
            raise UnreadableReport(
                text(
                    "This report of sqlmap has no list named data. Take the answer of "
                    "/scan/…/data of its API, or run sqlmap with --report-json."
                )
            )
        url = _url(parts) or clean(meta.get("url"), MAX_URI)
        tested[url] = None
        values = [part.get("value") for part in map(as_object, parts) if _is(part, _TECHNIQUES)]
        injections = [value for found in values for value in as_list(found)]
        yield from (read_injection(value, url) for value in injections)
        _check(as_list(answer.get("error")), gathering, found=bool(injections))
    gathering.target = ", ".join(filter(None, tested))


def _is(part: dict[str, Any], kind: int) -> bool:
    return type(part.get("type")) is int and part["type"] == kind


def _url(parts: list[Any]) -> str:
    targets = [part.get("value") for part in map(as_object, parts) if _is(part, _TARGET)]
    return clean(as_object(targets[0]).get("url"), MAX_URI) if targets else ""


def _check(errors: list[Any], gathering: Gathering, *, found: bool) -> None:
    """Note what went wrong; sqlmap calls it an error too that nothing could be injected."""
    messages = [clean(error, MAX_SHORT) for error in errors]
    for message in messages:
        if message and _NOTHING_FOUND not in message:
            gathering.fail(text("The scan reports an error: %(message)s", message=message))
    if not found and not any(_NOTHING_FOUND in message for message in messages):
        gathering.fail(
            text("The report does not say that any parameter was tested. Run the scan again.")
        )


PARSER = Parser(
    "sqlmap",
    "sqlmap (CSV, log, JSON)",
    recognises,
    parse,
    About(
        versions="sqlmap 1.0 to 1.10: results file in CSV, log, JSON of the API (versions 1 and 2) "
        "and of --report-json.",
        source="controller.py, api.py and the modules of lib/techniques of sqlmap.",
        command="sqlmap -u URL --batch --report-json=report.json",
        result="A parameter that can be injected, with all the techniques that worked.",
        keys="CWE-89 and the rule `sqlmap:sql-injection`; the types of the log that sqlmap finds "
        "with options like `--nosql` and `--ssti` have their own (`sqlmap:nosql-injection`).",
        severity="Always high: sqlmap has shown that the injection works.",
        clean="A JSON report with sqlmap's message that no parameter can be injected ran and found "
        "nothing. A CSV file without rows proves nothing, because it names no target.",
        differs="A row with the note false positive is suppressed.",
    ),
)
