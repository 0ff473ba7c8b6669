"""ZAP reports: traditional and plus, as XML or JSON, and the flat lists of alerts.

Source: the report templates of ZAP's own add-on. A result is one alert of one site (``alertitem``
or an element of ``site[].alerts``); the requests in which it was seen are its locations. In the
flat lists (``vulnerabilities`` of the older add-on, ``alerts`` of the API) every request is a
result of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree.ElementTree import Element

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_SHORT,
    MAX_URI,
    MAX_VERSION,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.scan_account import Skipped
from checklist_app.domain.text import text
from checklist_app.scanners.base import (
    About,
    Head,
    Kind,
    Parser,
    Report,
    Take,
    check_count,
    settle,
    wrong_type,
)
from checklist_app.scanners.xml_text import local_name, walk
from checklist_app.scanners.zap_alerts import TOOL, read_alert, read_place, report_time
from checklist_app.scanners.zap_run import problems_of
from checklist_app.untrusted.json_text import as_object, load_json

_FLAT_LISTS = ("vulnerabilities", "alerts")
_REPORT_EVERY = 100


@dataclass(slots=True)
class _Gathered:
    """What was read so far; alerts are plain dictionaries in the words of the JSON report."""

    root: dict[str, Any]
    take: Take
    sites: list[str] = field(default_factory=list)
    places: list[Location] = field(default_factory=list)
    count: int = 0
    broken: int = 0

    def add(self, alert: object, site: str | None, places: list[Location] | None = None) -> None:
        """Take one alert.

        Args:
            alert: its fields.
            site: None in the flat lists.
            places: where it was seen, if they were read before.
        """
        if isinstance(alert, dict) and alert:
            self.take(read_alert(alert, site, places))
            self.count += 1
        else:
            self.broken += 1
        check_count(self.count)

    def begin(self, element: Element) -> None:
        """Look at an element of the XML report of which only the attributes are there yet."""
        match local_name(element):
            case "site" if element.attrib:  # an insight has a site too, as its text
                self.sites.append(clean(element.get("name"), MAX_URI))
            case "alertitem":
                self.places = []

    def end(self, element: Element) -> None:
        """Take what an element of the XML report says, and forget it: reports may be large."""
        match local_name(element):
            case "instance":  # an alert may have been seen in many thousands of requests
                self.places.append(read_place(_fields(element)))
            case "alertitem":
                self.add(_alert(element), self.sites[-1] if self.sites else "", self.places)
            case "insight":
                self.root.setdefault("insights", []).append(_fields(element))
            case "stoppingInsight":
                self.root["stoppingInsight"] = _fields(element)
            case _:
                return
        element.clear()

    def scan(self) -> ParsedScan:
        """Return it all."""
        version = clean(self.root.get("version", self.root.get("@version")), MAX_VERSION)
        nothing = text("The report names no site: nothing was scanned.")
        broken = text("The alert has no content, so nothing can be read from it.")
        return ParsedScan(
            format=PARSER.format,
            tool=TOOL,
            tool_version=version.removeprefix("D-"),
            target=clean(", ".join(dict.fromkeys(filter(None, self.sites))), MAX_SHORT),
            started_at=report_time(self.root),
            results=(),
            results_read=self.count + self.broken,
            skipped=(Skipped(self.broken, broken),) if self.broken else (),
            problems=(*(() if self.sites or self.count else (nothing,)), *problems_of(self.root)),
        )


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a ZAP report."""
    if head.kind is Kind.XML:
        return head.root == "OWASPZAPReport"
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    is_report = head.has_key("site") and ("@version" in head.text or head.has_key("riskcode"))
    if head.has_key("scanner", "scan"):  # GitLab wraps ZAP's report in one of its own
        return False
    is_program = '"@programName"' in head.text and "ZAP" in head.text
    is_flat = any(head.has_key(name, "pluginId", "wascid") for name in _FLAT_LISTS)
    return is_report or is_program or is_flat


def parse(report: Report) -> ParsedScan:
    """Read a ZAP report.

    Raises:
        UnreadableReport: it is no XML or JSON, or a field that carries the alerts has the wrong
            type.
    """
    found: list[ParsedFinding] = []
    scan = stream(report, found.append)
    return replace(scan, results=settle(found))


def stream(report: Report, take: Take) -> ParsedScan:
    """Do the same one result at a time; see :class:`checklist_app.scanners.base.Parser`."""
    if report.head().kind is Kind.XML:
        return _parse_xml(report, take)
    return _parse_json(load_json(report.read()), take)


def _parse_json(document: Any, take: Take) -> ParsedScan:
    if not isinstance(document, dict):
        raise wrong_type("(root)", "{…}")
    gathered = _Gathered(document, take)
    if "site" in document:
        for number, site in enumerate(_sites(document["site"])):
            name = clean(as_object(site).get("@name"), MAX_URI)
            gathered.sites.append(name)
            for alert in _list_in(site, "alerts", f"site[{number}]"):
                gathered.add(alert, name)
        return gathered.scan()
    flat = next((key for key in _FLAT_LISTS if key in document), None)
    if flat is None:
        raise UnreadableReport(
            text(
                "This ZAP report has no list of sites or alerts. "
                "Export it with the template Traditional JSON or Traditional JSON Plus."
            )
        )
    for alert in _list_in(document, flat, ""):
        gathered.add(alert, None)
    return gathered.scan()


def _sites(value: object) -> list[Any]:
    """Return the sites; a report turned from XML into JSON has one site without its list."""
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise wrong_type("site", "[…]")
    return value


def _list_in(holder: object, name: str, where: str) -> list[Any]:
    if not isinstance(holder, dict):
        raise wrong_type(where, "{…}")
    found = holder.get(name, [])
    if not isinstance(found, list):
        raise wrong_type(f"{where}.{name}".lstrip("."), "[…]")
    return found


def _parse_xml(report: Report, take: Take) -> ParsedScan:
    gathered: _Gathered | None = None
    for event, element in walk(report):
        if gathered is None:
            gathered = _Gathered(dict(element.attrib), take)
        elif event == "start":
            gathered.begin(element)
        else:
            gathered.end(element)
            if gathered.count % _REPORT_EVERY == 1:
                report.progress(gathered.count, gathered.count + 1)
    if gathered is None:
        raise AssertionError("the parser ends well only after a root element")
    return gathered.scan()


def _alert(element: Element) -> dict[str, Any]:
    """Return an alert of the XML report in the words of the JSON report."""
    alert: dict[str, Any] = {}
    for child in element:
        name = local_name(child)
        alert[name] = [_fields(one) for one in child] if name == "tags" else child.text or ""
    return alert


def _fields(element: Element) -> dict[str, Any]:
    return {local_name(part): part.text or "" for part in element}


PARSER = Parser(
    "zap",
    "ZAP (XML, JSON)",
    recognises,
    parse,
    About(
        versions="ZAP 2.4 to 2.17: traditional and plus as XML or JSON, flat lists of alerts.",
        source="The report templates of the add-on *Report Generation*.",
        command="report template *Traditional XML*, *Traditional JSON* or a *Plus* variant",
        result="An alert of one site; the requests in which it was seen are its occurrences.",
        keys="`cweid`, the tags of alerts (OWASP Top 10, WSTG, CWE), rule `zap:<pluginid>`.",
        severity="`riskcode` 3 high, 2 medium, 1 low, 0 informational.",
        clean="A site without alerts ran and found nothing. A report without a site, with errors "
        "of its plan, or with an insight that the scan was stopped or that most requests failed, "
        "proves nothing.",
        differs="Alerts that are equal in everything are merged; a false positive is suppressed.",
    ),
    stream,
)
