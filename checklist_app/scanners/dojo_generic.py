"""DefectDojo's generic findings: its own JSON and CSV, which people write for other tools.

Source: the page *Generic Findings Import* in the documentation of DefectDojo, and the files
``json_parser.py`` and ``csv_parser.py`` of its importer. A result is one finding of ``findings``,
or one line of the CSV. As there, a finding without title, severity and description is refused, and
so is a field that the format does not have.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_TOOL, MAX_VERSION, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.dojo_findings import FIELDS, from_row, read_finding
from checklist_app.scanners.reading import Gathering, csv_rows, document
from checklist_app.scanners.shapes import NO_CONTENT, root_object

TOOL = "DefectDojo generic"

_REQUIRED = ("title", "severity", "description")
_COLUMNS = frozenset(("Title", "Description", "Severity", "Date"))
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_OF_THE_TEST = (
    rf'\s*+"(?:name|type|version|description|dynamic_tool|static_tool|soc)"\s*+:\s*+'
    rf"(?:{_STRING}|true|false|null|[\d.]++)\s*+,"
)
_ITEM = "|".join(FIELDS)
_BEGINS = re.compile(
    rf'\{{(?:{_OF_THE_TEST})*+\s*+"findings"\s*+:\s*+\[\s*+(?:\]|\{{\s*+(?:\}}|"(?:{_ITEM})"\s*+:))'
)
_MAX_NAMED = 5


def recognises(head: Head) -> bool:
    """Whether this is the beginning of generic findings."""
    if head.kind is Kind.JSON:
        return _BEGINS.match(head.text) is not None
    return head.kind is Kind.OTHER and _COLUMNS.issubset(_names(head))


def _names(head: Head) -> list[str]:
    return [name.strip().strip('"') for name in head.text.partition("\n")[0].split(",")]


def parse(report: Report) -> ParsedScan:
    """Read generic findings.

    Raises:
        UnreadableReport: it is no JSON or CSV, the list of findings is missing, or a finding has
            fields that the format does not have or lacks those that it must have.
    """
    if report.head().kind is not Kind.JSON:
        return _parse_csv(report)
    root = root_object(document(report))
    if not isinstance(root.get("findings"), list):
        raise wrong_type("findings", "[…]")
    gathering = Gathering(
        "dojo-generic",
        clean(root.get("type") or root.get("name"), MAX_TOOL) or TOOL,
        tool_version=clean(root.get("version"), MAX_VERSION),
    )
    for number, finding in enumerate(root["findings"]):
        where = f"findings[{number}]"
        if not isinstance(finding, dict):
            raise wrong_type(where, "{…}")
        _check(finding, where)
        gathering.add(read_finding(finding, gathering.tool))
    return gathering.scan()


def _check(finding: dict[str, Any], where: str) -> None:
    missing = [name for name in _REQUIRED if name not in finding]
    if missing:
        raise UnreadableReport(
            text(
                "%(place)s lacks %(fields)s. In DefectDojo's generic format title, severity and "
                "description should be given for every finding; add them.",
                place=where,
                fields=", ".join(missing),
            )
        )
    unknown = sorted(set(finding) - set(FIELDS))[:_MAX_NAMED]
    if unknown:
        raise UnreadableReport(
            text(
                "%(place)s has fields that DefectDojo's generic format does not have: %(fields)s. "
                "They should be removed or named as its documentation does.",
                place=where,
                fields=", ".join(clean(name, 80) for name in unknown),
            )
        )


def _parse_csv(report: Report) -> ParsedScan:
    gathering = Gathering("dojo-generic", TOOL)
    for row in csv_rows(report):
        named = {(name or "").strip(): value for name, value in row.items()}
        if named.get("Title", "").strip():
            gathering.add(read_finding(from_row(named), TOOL))
        else:
            gathering.skip(NO_CONTENT)
    return gathering.scan()


PARSER = Parser(
    "dojo-generic",
    "DefectDojo generic (JSON, CSV)",
    recognises,
    parse,
    About(
        versions="The generic JSON and CSV of DefectDojo 1.5 to 2.50.",
        source="*Generic Findings Import* in the documentation of DefectDojo and its importer.",
        command="written by hand or by a script of one's own",
        result="A finding of `findings`, or a line of the CSV.",
        keys="`cwe` and `cwes` (CSV: `CweId`, `CweIds`), tags that name OWASP lists, rule "
        "`<type>:<vuln_id_from_tool>`, else the CVE.",
        severity="Critical, High, Medium, Low, Info; a CSV line without severity is Info.",
        clean="False positives, accepted risks, duplicates, mitigated and inactive findings are "
        "suppressed, those under review need review. An empty list ran and found nothing.",
        differs="DefectDojo merges lines of a CSV that differ only in their address or CWE.",
    ),
)
