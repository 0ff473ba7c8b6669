"""Wapiti's reports as JSON and XML, from Wapiti 2.3 to today.

The XML of Wapiti 3.1 to 3.2 uses ``xsi:nil`` and does not declare ``xsi``, which no parser of XML
with namespaces accepts. Such a file is read as if the declaration stood in its first element;
nothing else is forgiven.

Source: ``jsonreportgenerator.py`` and ``xmlreportgenerator.py`` of Wapiti. A result is one entry of
a category: of vulnerabilities, of anomalies or of additional information.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.shapes import read_either
from checklist_app.scanners.values import moment
from checklist_app.scanners.wapiti_entries import (
    KINDS,
    TOOL,
    entry_of,
    part_of,
    read_entry,
)
from checklist_app.scanners.web_evidence import masked_url
from checklist_app.scanners.xml_text import local_name, walk, walk_through
from checklist_app.untrusted.json_text import as_object

_DECLARATION = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_ROOT = re.compile(rb"<report(?=[\s>])")
_VERSION = re.compile(r"\d+(?:\.\d+){1,3}")
_INFO_NAMES = {
    "generatorVersion": "version",
    "dateOfScan": "date",
    "target": "target",
    "crawledPages": "crawled_pages_nbr",
}
"""Names in the XML report, and those of the same facts in the JSON report."""
_DATE = "%a, %d %b %Y %H:%M:%S %z"


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Wapiti report."""
    if head.kind is Kind.XML:
        return head.root == "report" and "generatorName" in head.text and "wapiti" in head.text
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    return head.has_key("classifications", "desc", "sol") or head.has_key(
        "vulnerabilities", "anomalies", "infos"
    )


def parse(report: Report) -> ParsedScan:
    """Read a Wapiti report.

    Raises:
        UnreadableReport: it is no XML or JSON, or what carries the entries has the wrong type.
    """
    return read_either(
        report, Gathering(format="wapiti", tool=TOOL), xml=_read_xml, json=_read_json
    )


def _read_json(data: dict[str, Any], gathering: Gathering) -> None:
    if "vulnerabilities" not in data:
        raise UnreadableReport(
            text("This Wapiti report has no list of vulnerabilities. Export it again with -f json.")
        )
    infos = as_object(data.get("infos"))
    _take_infos(gathering, infos)
    _check_auth(gathering, as_object(infos.get("auth")).get("logged_in"))
    classes = as_object(data.get("classifications"))
    for kind in KINDS:
        categories = data.get(kind) or {}
        if not isinstance(categories, dict):
            raise wrong_type(kind, "{…}")
        for name, entries in categories.items():
            if not isinstance(entries, list):
                raise wrong_type(f"{kind}.{clean(name, 80)}", "[…]")
            for entry in entries:
                read_entry(gathering, kind, (name, as_object(classes.get(name))), entry)
    similar = as_object(data.get("suppressed_findings")).values()
    _count_similar(gathering, [clean(count, 6) for count in similar])


def _count_similar(gathering: Gathering, counts: list[str]) -> None:
    """Count what Wapiti found and does not list, because it is like what it lists already."""
    similar = sum(int(count) for count in counts if count.isdecimal())
    if similar:
        gathering.skip(
            text("The report counts it as similar to others and does not list it."), similar
        )


def _take_infos(gathering: Gathering, infos: dict[str, Any]) -> None:
    version = _VERSION.search(clean(infos.get("version"), 80))
    gathering.tool_version = version[0] if version else ""
    gathering.target = masked_url(infos.get("target"))
    gathering.started_at = moment(infos.get("date"), _DATE)
    if str(infos.get("crawled_pages_nbr", "")) == "0":
        gathering.fail(
            text(
                "The scanner reached no page, so nothing was scanned. "
                "Check that it can reach the target and scan again."
            )
        )


def _check_auth(gathering: Gathering, logged_in: object) -> None:
    if logged_in is False or logged_in == "false":
        gathering.fail(
            text(
                "The scanner could not sign in, so the pages behind the login were not scanned. "
                "Correct the credentials and scan again."
            )
        )


@dataclass(slots=True)
class _Category:
    """Where the reading of XML is: in which list, in which category, and what it tells."""

    kind: str = ""
    name: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    similar: list[str] = field(default_factory=list)
    """How many entries of each category are counted only."""

    def enter(self, element: Element) -> None:
        """Take the beginning of an element."""
        name = local_name(element)
        if name in KINDS:
            self.kind = name
        elif self.kind and name == KINDS[self.kind]:
            self.name, self.about = element.get("name", ""), {}
            self.similar.append(clean(element.get("suppressed"), 6))


def _read_xml(report: Report, gathering: Gathering) -> None:
    infos: dict[str, Any] = {}
    category = _Category()
    for event, element in _events(report):
        if event == "start":
            category.enter(element)
        elif local_name(element) == "entry":  # the pages that were crawled are entries too
            if category.kind:
                about = (category.name, category.about)
                read_entry(gathering, category.kind, about, entry_of(element))
                report.progress(len(gathering.results), len(gathering.results) + 1)
            element.clear()
        elif category.kind:
            category.about.update(part_of(element))
        else:
            _take_info(infos, element)
            _end_infos(gathering, infos, element)
    _count_similar(gathering, category.similar)


def _end_infos(gathering: Gathering, infos: dict[str, Any], element: Element) -> None:
    if local_name(element) == "report_infos":
        _take_infos(gathering, infos)
        _check_auth(gathering, infos.get("logged_in"))


def _take_info(infos: dict[str, Any], element: Element) -> None:
    """Take a fact of the scan in the words of the JSON report."""
    name = _INFO_NAMES.get(element.get("name", ""))
    if name:
        infos[name] = element.text or ""
    elif local_name(element) == "logged_in":
        infos["logged_in"] = clean(element.text, 10)


def _events(report: Report) -> Iterator[tuple[str, Element]]:
    head = report.head().text
    if "xsi:" not in head or "xmlns:xsi" in head:
        return walk(report)
    mended = _ROOT.sub(rb"\g<0>" + _DECLARATION, report.read(), count=1)
    return walk_through(io.BytesIO(mended), len(mended))


PARSER = Parser(
    "wapiti",
    "Wapiti (JSON, XML)",
    recognises,
    parse,
    About(
        versions="Wapiti 2.3 to 3.2, JSON and XML, with details of requests or without.",
        source="The report generators in `wapitiCore/report` of Wapiti.",
        command="`wapiti -u https://… -f json -o wapiti.json`",
        result="An entry: one category at one path, method and parameter.",
        keys="WSTG names of the entry or its category (Wapiti 3.1 on), CWE of the category's "
        "references, rule `wapiti:<category>`.",
        severity="`level` 4 critical, 3 high, 2 medium, 1 low, 0 info; until 3.0.3 it was 1 high, "
        "2 medium, 3 low.",
        clean="Categories without entries ran or were not chosen; the report does not say which, "
        "so they are no passes. A report without entries ran and found nothing, unless no page "
        "was reached or the login failed. Additional information gives observations. What the "
        "newest versions only count, as similar to what they list, is skipped.",
        differs="Anomalies and additional information count too; each entry stays by itself.",
    ),
)
