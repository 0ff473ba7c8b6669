"""SonarQube: issues and hotspots of its web API, of sonar-report, and those made for its import.

Source: ``api/issues/search`` and ``api/hotspots/search`` of SonarQube and SonarCloud, and the
source of sonar-report. A result is one issue or one hotspot. The API answers in pages; a page that
does not hold all of them proves the absence of nothing. Pages may be put into one list. Other tools
write their issues in a form that SonarQube imports (``primaryLocation``); these are theirs.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.reading import Gathering, decoded, written_pages
from checklist_app.scanners.shapes import NO_CONTENT, root_object
from checklist_app.scanners.sonarqube_external import is_external, is_external_file, read_external
from checklist_app.scanners.sonarqube_issues import TOOL, Project, read_issue
from checklist_app.scanners.sonarqube_page import is_page, read_page
from checklist_app.scanners.values import moment, whole_number
from checklist_app.untrusted.faults import cut_off
from checklist_app.untrusted.json_text import as_list, as_object

_LISTS = ("issues", "hotspots")
_END = 1_000
_SORTED = re.compile(r'\{\s*"components"\s*:\s*\[\s*\{')
"""So many components may come first, in a sorted answer, that no issue is in its beginning."""
_REFUSED = re.compile(r'\{\s*"errors"\s*:\s*\[\s*\{\s*"msg"\s*:')


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an answer of SonarQube, or of a file of sonar-report."""
    if head.kind is not Kind.JSON:
        return is_page(head)
    if is_external_file(head) or (
        _SORTED.match(head.text) and head.has_key("key", "qualifier", "longName")
    ):
        return True
    listed = any(head.has_key("paging", name) for name in _LISTS)
    by_api = listed and (head.has_key("components") or head.has_key("effortTotal"))
    found = listed and head.has_key("component", "project", "key")
    if head.text.startswith("["):
        bare = head.has_key("key", "component", "project", "creationDate", "status")
        return by_api or found or (bare and (head.has_key("rule") or head.has_key("ruleKey")))
    by_program = head.has_key("sonarBaseURL", "projectName") or head.has_key("hotspotKeys", "rules")
    return by_api or found or by_program or _REFUSED.match(head.text) is not None


def parse(report: Report) -> ParsedScan:
    """Read issues and hotspots of SonarQube.

    Raises:
        UnreadableReport: it is no JSON, an error of the server, or has neither list.
    """
    pages = _pages(_document(report))
    root = _joined(pages)
    project = Project(root)
    gathering = Gathering(
        "sonarqube",
        TOOL,
        target=project.target,
        started_at=moment(root.get("date"), "%A, %B %d, %Y", "%a %b %d %Y"),
    )
    for name in _LISTS:
        for entry in as_list(root.get(name)):
            _add(gathering, project, name, entry)
    tools = dict.fromkeys(result.tool for result in gathering.results)
    gathering.tool = ", ".join(tools) or gathering.tool
    for name in _LISTS:
        _check(gathering, [page for page in pages if name in page], name)
    return gathering.scan()


def _document(report: Report) -> Any:
    if report.head().kind is not Kind.HTML:
        return written_pages(report)
    markup = decoded(report.read())
    if "</html>" not in markup[-_END:].lower():
        raise cut_off(len(markup))
    return read_page(markup)


def _pages(found: Any) -> list[dict[str, Any]]:
    """Return the answers in a file: one, a list of pages, or a bare list of issues or hotspots."""
    pages = [root_object(part) for part in found] if isinstance(found, list) else [found]
    if isinstance(found, list) and not any(name in page for page in pages for name in _LISTS):
        is_hotspots = "ruleKey" in next(iter(pages), {})
        pages = [{"hotspots" if is_hotspots else "issues": pages}]
    for page in map(root_object, pages):
        if not any(name in page for name in _LISTS):
            raise _without_results(page)
        for name in _LISTS:
            if not isinstance(page.get(name) or [], list):
                raise wrong_type(name, "[…]")
    return pages


def _joined(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all pages as one answer."""
    if len(pages) == 1:
        return pages[0]
    names = (*_LISTS, "components")
    return {name: [part for page in pages for part in as_list(page.get(name))] for name in names}


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
    if is_external(entry):
        gathering.add(read_external(entry, project.external_rules))
    elif isinstance(entry, dict) and entry:
        # Before version 8.2 hotspots stood among the issues.
        hotspot = name == "hotspots" or entry.get("type") == "SECURITY_HOTSPOT"
        gathering.add(read_issue(entry, project, hotspot=hotspot))
    else:
        gathering.skip(NO_CONTENT)


def _check(gathering: Gathering, pages: list[dict[str, Any]], name: str) -> None:
    """Note what is on other pages; every page says how many there are in all."""
    count = sum(len(page[name] or []) for page in pages)
    pagings = [as_object(page.get("paging")).get("total", page.get("total")) for page in pages]
    gathering.expect(max((whole_number(total) or 0 for total in pagings), default=0), count)
    if pages and not gathering.results and not gathering.target:
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
        versions="SonarQube 7 to 2025 and SonarCloud: `api/issues/search`, `api/hotspots/search`, "
        "also several pages in one list; the JSON and the HTML of sonar-report; the generic issues "
        "that other tools write for its import.",
        source="The web API's documentation, that of generic issues, and the source of "
        "sonar-report.",
        command='`curl -u "$TOKEN:" "$URL/api/issues/search?componentKeys=$PROJECT&ps=500"`',
        result="An issue or a security hotspot.",
        keys="CWE numbers in tags, in messages, in the standards and the descriptions of rules; "
        "rule `sonarqube:<rule>` such as `sonarqube:python:S4502`, of generic issues "
        "`<engineId>:<ruleId>`.",
        severity="BLOCKER critical, CRITICAL high, MAJOR medium, MINOR low, INFO informational; "
        "of hotspots their probability.",
        clean="No result of a named project; an API answer without results names none.",
        differs="Hotspots to review need review, acknowledged ones are open, safe ones suppressed; "
        "what persons resolved is suppressed with its reason; a fixed hotspot, and an issue that "
        "an analysis closed as fixed, have passed.",
    ),
)
