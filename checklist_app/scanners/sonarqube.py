"""SonarQube: issues and hotspots of its web API, and the JSON file of the program sonar-report.

Source: ``api/issues/search`` and ``api/hotspots/search`` of SonarQube and SonarCloud, and the
source of sonar-report. A result is one issue or one hotspot. The API answers in pages; a page that
does not hold all of them proves the absence of nothing.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.reading import Gathering, document, moment, whole_number
from checklist_app.scanners.shapes import NO_CONTENT, root_object
from checklist_app.scanners.sonarqube_issues import TOOL, Project, read_issue
from checklist_app.untrusted.json_text import as_list, as_object

_LISTS = ("issues", "hotspots")
_REFUSED = re.compile(r'\{\s*"errors"\s*:\s*\[\s*\{\s*"msg"\s*:')


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an answer of SonarQube, or of a file of sonar-report."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    listed = any(head.has_key("paging", name) for name in _LISTS)
    by_api = listed and (head.has_key("components") or head.has_key("effortTotal"))
    found = listed and head.has_key("component", "project", "key")
    by_program = head.has_key("sonarBaseURL", "projectName") or head.has_key("hotspotKeys", "rules")
    return by_api or found or by_program or _REFUSED.match(head.text) is not None


def parse(report: Report) -> ParsedScan:
    """Read issues and hotspots of SonarQube.

    Raises:
        UnreadableReport: it is no JSON, an error of the server, or has neither list.
    """
    root = root_object(document(report))
    if not any(name in root for name in _LISTS):
        raise _without_results(root)
    project = Project(root)
    gathering = Gathering(
        "sonarqube",
        TOOL,
        target=project.target,
        started_at=moment(root.get("date"), "%A, %B %d, %Y", "%a %b %d %Y"),
    )
    count = 0
    for name in _LISTS:
        entries = root.get(name) or []
        if not isinstance(entries, list):
            raise wrong_type(name, "[…]")
        count += len(entries)
        for entry in entries:
            _add(gathering, project, name, entry)
    _check(gathering, root, count)
    return gathering.scan()


def _without_results(root: dict[str, Any]) -> UnreadableReport:
    messages = [as_object(part).get("msg") for part in as_list(root.get("errors"))]
    if messages:
        return UnreadableReport(
            text(
                "The server answered with an error instead of results: %(message)s. "
                "Correct it and export the results again.",
                message=clean(messages[0], MAX_SHORT),
            )
        )
    return UnreadableReport(
        text(
            "This SonarQube report has no list of issues or hotspots. "
            "Export it from api/issues/search or api/hotspots/search."
        )
    )


def _add(gathering: Gathering, project: Project, name: str, entry: Any) -> None:
    if isinstance(entry, dict) and entry:
        gathering.add(read_issue(entry, project, hotspot=name == "hotspots"))
    else:
        gathering.skip(NO_CONTENT)


def _check(gathering: Gathering, root: dict[str, Any], count: int) -> None:
    paging = as_object(root.get("paging"))
    total = whole_number(paging.get("total", root.get("total"))) or 0
    gathering.expect(total, count)
    if not count and not gathering.target:
        gathering.fail(
            text(
                "The answer names no project, so it does not show that one was analysed. "
                "Check the name of the project, or export its results with sonar-report."
            )
        )


PARSER = Parser(
    "sonarqube",
    "SonarQube (API, sonar-report)",
    recognises,
    parse,
    About(
        versions="SonarQube 7 to 2025 and SonarCloud: `api/issues/search`, `api/hotspots/search`; "
        "the JSON of sonar-report.",
        source="The web API's documentation, and the source of sonar-report.",
        command='`curl -u "$TOKEN:" "$URL/api/issues/search?componentKeys=$PROJECT&ps=500"`',
        result="An issue or a security hotspot.",
        keys="CWE numbers in tags, in messages and in the descriptions of rules; rule "
        "`sonarqube:<rule>` such as `sonarqube:python:S4502`.",
        severity="BLOCKER critical, CRITICAL high, MAJOR medium, MINOR low, INFO informational; "
        "of hotspots their probability.",
        clean="No result of a named project; an API answer without results names none.",
        differs="Hotspots to review need review; what persons resolved is suppressed with its "
        "reason; an issue that an analysis closed as fixed has passed.",
    ),
)
