"""hadolint's JSON report, and what it writes for the code quality of GitLab and as Checkstyle.

Source: ``Json.hs``, ``Codeclimate.hs`` and ``Checkstyle.hs`` in ``src/Hadolint/Formatter`` of
hadolint. A result is one element of the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.findings import (
    MAX_RULE_ID,
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
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.scanners.xml_text import local_name, walk
from checklist_app.untrusted.json_text import as_object

TOOL = "hadolint"
_CODE = re.compile(r'"(?:code|check_name)"\s*:\s*"(?:DL|SC)\d{4}"')
_SOURCE = re.compile(r'\bsource="(?:DL|SC)\d{4}"')
_LEVELS = {  # of code quality reports, which hadolint makes of its own four
    "blocker": Severity.HIGH,
    "critical": Severity.HIGH,
    "major": Severity.MEDIUM,
    "minor": Severity.INFO,
    "info": Severity.INFO,
}
_NOT_PARSED = "DL1000"
_BROKEN = text("The result is not an object, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of hadolint."""
    if head.root == "checkstyle":
        return _SOURCE.search(head.text) is not None
    if head.kind is not Kind.JSON or not head.text.startswith("["):
        return False
    own = head.has_key("line", "column", "file", "level", "message")
    for_gitlab = head.has_key("check_name", "description", "location", "path")
    return (own or for_gitlab) and _CODE.search(head.text) is not None


def parse(report: Report) -> ParsedScan:
    """Read a report of hadolint.

    Raises:
        UnreadableReport: it is no JSON or no list.
    """
    data = list(_checkstyle(report)) if report.head().kind is Kind.XML else document(report)
    if not isinstance(data, list):
        raise wrong_type("(root)", "[…]")
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    files: dict[str, None] = {}
    not_parsed = 0
    for entry in data:
        if not isinstance(entry, dict):
            gathering.skip(_BROKEN)
            continue
        found = _finding(entry)
        files[found.locations[0].uri] = None
        not_parsed += found.rule_id == _NOT_PARSED
        gathering.add(found)
    gathering.target = ", ".join(list(files)[:5])
    if not_parsed:
        gathering.fail(
            text(
                "%(count)s files could not be read by the scanner, so they were not checked.",
                count=not_parsed,
            )
        )
    return gathering.scan()


def _finding(entry: dict[str, Any]) -> ParsedFinding:
    entry = _as_own(entry)
    rule_id = clean(entry.get("code"), MAX_RULE_ID)
    message = clean(entry.get("message"), 4_000)
    file = relative_path(entry.get("file"))
    wiki = "https://github.com/hadolint/hadolint/wiki/"
    if rule_id.startswith("SC"):
        wiki = "https://www.shellcheck.net/wiki/"
    known = rule_id.startswith(("DL", "SC"))
    unread = rule_id == _NOT_PARSED
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(message, MAX_TITLE).partition("\n")[0] or rule_id or "?",
        description=message,
        severity=severity_of(entry.get("level")),
        cwes=(),
        tags=(),
        locations=(Location(file, whole_number(entry.get("line"))),),
        fingerprint=fingerprint("hadolint", rule_id, file),
        state=FindingState.OBSERVATION if unread else FindingState.OPEN,
        references=(wiki + rule_id,) if known else (),
    )


def _checkstyle(report: Report) -> Iterator[dict[str, Any]]:
    """Yield the entries of a report in the format of Checkstyle, in the words of hadolint's own."""
    file = ""
    for event, element in walk(report):
        name = local_name(element)
        if event == "start" and name == "file":
            file = element.get("name") or ""
        elif event == "end" and name == "error":
            yield {
                "code": element.get("source"),
                "message": element.get("message"),
                "file": file,
                "line": element.get("line"),
                "level": element.get("severity"),
            }
        if event == "end":
            element.clear()


def _as_own(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry in the words of hadolint's own format."""
    if "check_name" not in entry:
        return entry
    place = as_object(entry.get("location"))
    return {
        "code": entry["check_name"],
        "message": entry.get("description"),
        "file": place.get("path"),
        "line": as_object(place.get("lines")).get("begin"),
        "level": _LEVELS.get(clean(entry.get("severity"), 20).lower(), Severity.MEDIUM).value,
    }


PARSER = Parser(
    "hadolint",
    "hadolint (JSON, XML)",
    recognises,
    parse,
    About(
        versions="hadolint 1.17 to 2.15: `json`, `gitlab_codeclimate`, `checkstyle`; its formats "
        "`sarif` and `sonarqube` are read as such.",
        source="`src/Hadolint/Formatter` in the source of hadolint.",
        command="`hadolint --format json Dockerfile > report.json`",
        result="A rule broken in one line of a Dockerfile.",
        keys="Rule `hadolint:<code>`, such as `DL3002` or, from ShellCheck, `SC2086`.",
        severity="error is high, warning medium, info and style informational.",
        clean="An empty list names no tool: it is read where a person names the format. A file "
        "that could not be parsed (`DL1000`) was not checked; the scan proves nothing.",
        differs="What could not be parsed is an observation, not a finding.",
    ),
    unsigned=("[]",),
)
