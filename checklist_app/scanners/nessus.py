"""Reports of Nessus and other products of Tenable: ``.nessus`` (version 2) and CSV.

Source: *Nessus v2 File Format* of Tenable and its documentation of exports. A result is one
``ReportItem`` of the XML report: what one plugin says of one port of one host; or a line of the
CSV file, where a plugin has a line for each CVE.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from checklist_app.domain.findings import MAX_SHORT, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report
from checklist_app.scanners.nessus_items import (
    TOOL,
    Item,
    item_of_element,
    item_of_row,
    read_item,
)
from checklist_app.scanners.reading import Gathering, csv_rows
from checklist_app.scanners.values import moment
from checklist_app.scanners.xml_text import local_name, walk

_HEADERS = (
    {"Plugin ID", "Risk", "Host", "Name"},
    {"Plugin", "Plugin Name", "Severity", "IP Address"},
    {"definition.id", "definition.name", "severity"},
    {"Plugin ID", "Plugin Name", "Severity", "Synopsis"},
)
_SCAN_INFORMATION = "19506"
_NOT_SIGNED_IN = ("21745", "104410")
"""Plugins that report that the credentials of the scan failed."""
_VERSION = re.compile(r"Nessus version : (\d[\d.]{0,20})")
_NESSUS_TIME = "%a %b %d %H:%M:%S %Y"


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of Nessus."""
    if head.kind is Kind.XML:
        return head.root == "NessusClientData_v2"
    return head.kind is Kind.OTHER and bool(_delimiter(head))


def parse(report: Report) -> ParsedScan:
    """Read a report of Nessus.

    Raises:
        UnreadableReport: it is no well-formed XML or no CSV.
    """
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    head = report.head()
    hosts: dict[str, None] = {}
    if head.kind is Kind.XML:
        _read_xml(report, gathering, hosts)
    else:
        for row in csv_rows(report, _delimiter(head) or ","):
            item = item_of_row(row)
            hosts[item["host"]] = None
            _add(gathering, item)
    gathering.target = ", ".join(filter(None, hosts))
    if not hosts:
        gathering.fail(text("The report names nothing that was scanned, so it proves nothing."))
    return gathering.scan()


def _read_xml(report: Report, gathering: Gathering, hosts: dict[str, None]) -> None:
    host = ""
    for event, element in walk(report):
        name = local_name(element)
        if event == "start":
            if name == "ReportHost":
                host = clean(element.get("name"), MAX_SHORT)
                hosts[host] = None
        elif name == "ReportItem":
            _add(gathering, item_of_element(element, host))
            element.clear()
        elif name == "HostProperties":
            _read_properties(gathering, element, host)
            element.clear()
        elif name in ("Policy", "ReportHost"):
            element.clear()


def _add(gathering: Gathering, item: Item) -> None:
    if not (item["pluginID"] or item["pluginName"]):
        gathering.skip(text("The entry has no content, so nothing can be read from it."))
        return
    gathering.add(read_item(item))
    if item["pluginID"] in _NOT_SIGNED_IN:
        gathering.fail(
            text(
                "The scanner could not sign in to %(host)s, so what only a user sees was not "
                "checked. Correct the credentials and scan again.",
                host=item["host"] or "?",
            )
        )
    if item["pluginID"] == _SCAN_INFORMATION and not gathering.tool_version:
        version = _VERSION.search(item["plugin_output"])
        gathering.tool_version = version[1] if version else ""


def _read_properties(gathering: Gathering, properties: Element, host: str) -> None:
    """Read when the scan of a host began, and whether it ended."""
    tags = {tag.get("name"): clean(tag.text, 60) for tag in properties}
    begun = moment(tags.get("HOST_START"), _NESSUS_TIME)
    if begun and (gathering.started_at is None or begun < gathering.started_at):
        gathering.started_at = begun
    if "HOST_START" in tags and "HOST_END" not in tags:
        gathering.fail(
            text("The scan of %(host)s did not end. Let it end and export it again.", host=host)
        )


def _delimiter(head: Head) -> str:
    """Return what separates the columns of the CSV file; empty if this is none of Tenable."""
    first_line = clean(head.text.partition("\n")[0], 8000).replace('"', "")
    for delimiter in ",;\t":
        names = {name.strip() for name in first_line.split(delimiter)}
        if any(names.issuperset(header) for header in _HEADERS):
            return delimiter
    return ""


PARSER = Parser(
    "nessus",
    "Nessus, Tenable (.nessus, CSV)",
    recognises,
    parse,
    About(
        versions=".nessus version 2 of Nessus 5 to 10, Tenable.io and Web App Scanning; CSV of "
        "Nessus, Tenable.sc and Tenable Vulnerability Management.",
        source="Nessus v2 File Format and the documentation of exports, both of Tenable.",
        command="Nessus: Export, Nessus or CSV",
        result="What a plugin says of a port of a host (`ReportItem`); in CSV one line for each "
        "CVE of it.",
        keys="`cwe`, `xref` (CWE, OWASP Top 10), the rule `nessus:<plugin id>`; compliance checks "
        "have `nessus:<plugin id>/<name of the check>`.",
        severity="`severity` 4 critical to 1 low, in CSV the column Risk or Severity.",
        clean="Severity 0 (none) is an observation, a compliance check that PASSED a pass. A host "
        "whose scan did not end, or whose credentials failed, proves nothing.",
        differs="DefectDojo makes severity 0 a finding, takes the severity from CVSS 3, and merges "
        "the lines of one plugin.",
    ),
)
