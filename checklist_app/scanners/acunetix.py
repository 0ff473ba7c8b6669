"""Acunetix's exports as XML and JSON, and the JSON of Acunetix 360, Invicti and Netsparker.

Source: the XML export of Acunetix 8 to 13 and the *Vulnerabilities List (JSON)* report of
Acunetix 360, as their vendor's manuals name them; for states, the manual's *Issue statuses*.
A result is one ``<ReportItem>``, or one member of ``Vulnerabilities``.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_URI, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.acunetix_items import read_item, read_vulnerability
from checklist_app.scanners.acunetix_premium import holds_premium, is_premium, read_premium
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.shapes import read_either
from checklist_app.scanners.values import moment
from checklist_app.scanners.web_evidence import masked_url
from checklist_app.scanners.xml_text import local_name, walk
from checklist_app.untrusted.json_text import as_object

_XML_DATES = ("%d/%m/%Y, %H:%M:%S", "%m/%d/%Y, %H:%M:%S", "%d/%m/%Y %H:%M:%S")
_JSON_DATES = ("%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
_PRODUCTS = {
    "acunetix360": "Acunetix 360",
    "acunetix 360": "Acunetix 360",
    "invicti": "Invicti",
    "netsparker": "Netsparker",
}
_ORIGIN = re.compile(r"(?:https?://)?[^/?#\s]{1,300}", re.IGNORECASE)
_OF_SCAN = ("StartURL", "StartTime", "Aborted", "Responsive")
_MEANT_AS_TRUE = ("true", "1", "yes")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of Acunetix or Invicti."""
    if head.kind is Kind.XML:
        return head.root == "ScanGroup" and "<Scan" in head.text and "StartURL" in head.text
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    of_scan = head.has_key("Generated", "Target", "Vulnerabilities")
    of_issue = head.has_key("Vulnerabilities", "LookupId", "Certainty", "Classification")
    return of_scan or of_issue or is_premium(head)


def parse(report: Report) -> ParsedScan:
    """Read a report of Acunetix or Invicti.

    Raises:
        UnreadableReport: it is no XML or JSON, or has no list of vulnerabilities.
    """
    return read_either(
        report, Gathering(format="acunetix", tool="Acunetix"), xml=_read_xml, json=_read_json
    )


def _read_json(data: dict[str, Any], gathering: Gathering) -> None:
    if holds_premium(data):
        read_premium(data, gathering)
        return
    if "Vulnerabilities" not in data:
        raise UnreadableReport(
            text("This report has no list of vulnerabilities. Export the report as JSON again.")
        )
    found = data["Vulnerabilities"]
    if not isinstance(found, list):
        raise wrong_type("Vulnerabilities", "[…]")
    target = as_object(data.get("Target"))
    gathering.target = masked_url(target.get("Url"))
    gathering.started_at = moment(target.get("Initiated"), *_JSON_DATES)
    gathering.tool = _product(found)
    if not (gathering.target or found):
        gathering.fail(
            text(
                "The report names no target, so nothing was scanned. "
                "Check that the scanner can reach it and scan again."
            )
        )
    for vulnerability in found:
        read_vulnerability(gathering, vulnerability)


def _product(found: list[Any]) -> str:
    """Return the product, whose name stands in the descriptions only."""
    texts = (clean(as_object(one).get("Description"), 2_000).lower() for one in found[:20])
    together = " ".join(texts)
    return next((shown for name, shown in _PRODUCTS.items() if name in together), "Acunetix 360")


def _read_xml(report: Report, gathering: Gathering) -> None:
    targets: dict[str, None] = {}
    base = ""
    for event, element in walk(report):
        name = local_name(element)
        if event == "start":
            if name == "Crawler":  # it has the scheme that StartURL may lack
                base = _base(element.get("StartUrl", "")) or base
        elif name in _OF_SCAN:
            base = _of_scan(gathering, name, element.text or "", base)
            targets.update(dict.fromkeys([base] if name == "StartURL" else []))
        elif name == "ReportItem":
            read_item(gathering, base, element)
            element.clear()
            report.progress(len(gathering.results), len(gathering.results) + 1)
        elif name == "SiteFile":
            element.clear()
    gathering.target = ", ".join(filter(None, targets))
    if not targets:
        gathering.fail(
            text(
                "The report names no target, so nothing was scanned. "
                "Check that the scanner can reach it and scan again."
            )
        )


def _of_scan(gathering: Gathering, name: str, value: str, base: str) -> str:
    """Take a fact of the scan; return the address to which its paths belong."""
    value = value.strip()
    if name == "StartURL":
        return _base(value)
    if name == "StartTime":
        gathering.started_at = gathering.started_at or moment(value, *_XML_DATES)
    elif name == "Aborted" and value.lower() in _MEANT_AS_TRUE:
        gathering.fail(text("The scan was aborted before it came to its end. Scan again."))
    elif name == "Responsive" and value and value.lower() not in _MEANT_AS_TRUE:
        gathering.fail(
            text(
                "The target did not answer, so nothing was scanned. "
                "Check that the scanner can reach it and scan again."
            )
        )
    return base


def _base(url: str) -> str:
    origin = _ORIGIN.match(clean(url, MAX_URI))
    return masked_url(origin[0]) if origin else ""


PARSER = Parser(
    "acunetix",
    "Acunetix (XML, JSON), Acunetix 360, Invicti (JSON)",
    recognises,
    parse,
    About(
        versions="Acunetix 8 to 13 and Premium: exports in XML and JSON, lists of the API. "
        "Acunetix 360, Invicti Enterprise and Netsparker: JSON list of vulnerabilities.",
        source="The vendor's manuals of both products; the exports themselves.",
        command="*Scans*, select a scan, *Export*, XML; or *Report*, *Vulnerabilities List (JSON)*",
        result="A vulnerability at one address.",
        keys="`CWEList`, `tags` or `Classification.Cwe`; rule `acunetix:<name>`, or "
        "`acunetix-360:<Type>`, `invicti:<Type>`, `netsparker:<Type>`.",
        severity="The words as they stand, or 4 critical to 0 info; *best practice* is info.",
        clean="A target without vulnerabilities ran and found nothing, unless the scan was "
        "aborted or the target did not answer. False positives and accepted risks are "
        "suppressed; what a retest found fixed is a pass, what is said to be fixed needs a "
        "human.",
        differs="Each item counts; other importers join those of one name.",
    ),
)
