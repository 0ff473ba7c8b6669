"""Prowler reports: its own JSON (2 and 3), OCSF JSON (3 to 5), JSON for Security Hub and CSV.

Source: ``prowler/lib/outputs`` (``csv.py``, ``ocsf.py``) and the documentation of Prowler, chapter
*Reporting*. A result is one check of one resource; in version 2 it may name none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from checklist_app.domain.findings import MAX_VERSION, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners import prowler_2
from checklist_app.scanners.base import About, Head, Kind, Parser, Report
from checklist_app.scanners.prowler_rows import (
    TOOL,
    read_asff,
    read_csv_row,
    read_native,
    read_ocsf,
    read_row,
)
from checklist_app.scanners.reading import Gathering, csv_rows, json_lines
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_object

_NATIVE = ("CheckID", "StatusExtended", "FindingUniqueId")
_COLUMNS = ("CHECK_ID", "STATUS", "STATUS_EXTENDED", "PROVIDER")
_UNIQUE = ("FINDING_UID", "FINDING_UNIQUE_ID")
_DELIMITERS = ";,|\t"
_PROWLER = re.compile(r'"(?:name|vendor_name|uid)"\s{0,8}:\s{0,8}"prowler"', re.IGNORECASE)
_ASFF_BY_PROWLER = re.compile(r'"GeneratorId"\s{0,8}:\s{0,8}"prowler-')
_NOT_OURS = ("runs", "ProductArn")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Prowler report."""
    if head.kind is Kind.JSON:
        if head.has_key(*_NATIVE) or head.has_key(*prowler_2.OUR_JSON) or _is_asff(head):
            return True
        is_event = head.has_key("metadata", "product") and bool(_PROWLER.search(head.text))
        is_finding = head.has_key("status_detail") or head.has_key("status_code")
        return is_event and is_finding and not any(head.has_key(name) for name in _NOT_OURS)
    return head.kind is Kind.OTHER and bool(_delimiter(head) or prowler_2.delimiter(head))


def _is_asff(head: Head) -> bool:
    """Whether this is for AWS Security Hub, to which many tools write, and by Prowler."""
    return head.has_key("ProductArn", "AwsAccountId") and bool(_ASFF_BY_PROWLER.search(head.text))


def parse(report: Report) -> ParsedScan:
    """Read a Prowler report.

    Raises:
        UnreadableReport: it is no JSON or CSV, or no list of results.
    """
    head = report.head()
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    accounts: dict[str, None] = {}
    for row in _rows(report, head):
        if row is None:
            gathering.skip(text("The entry has no content, so nothing can be read from it."))
            continue
        gathering.add(read_row(row))
        accounts[row["account"]] = None
        gathering.tool_version = gathering.tool_version or clean(row["version"], MAX_VERSION)
        gathering.started_at = gathering.started_at or _time(row["time"])
    gathering.target = ", ".join(filter(None, accounts))
    if not gathering.results:
        gathering.fail(text("The report names nothing that was scanned, so it proves nothing."))
    return gathering.scan()


def _time(written: str) -> datetime | None:
    return moment(int(written)) if written.isdecimal() else moment(written)


def _rows(report: Report, head: Head) -> Iterator[dict[str, str] | None]:
    if head.kind is Kind.JSON:
        for found in json_lines(report):
            for entry in map(as_object, found if isinstance(found, list) else [found]):
                yield _with_check(_reader(entry), entry)
    elif separator := prowler_2.delimiter(head):
        for row in prowler_2.csv_lines(report, separator):
            yield _with_check(prowler_2.read_line, row) if row else None
    else:
        for line in csv_rows(report, _delimiter(head) or ","):
            yield _with_check(read_csv_row, line)


def _reader(entry: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, str]]:
    if "CheckID" in entry:
        return read_native
    if "Account Number" in entry:
        return prowler_2.read_line
    return read_asff if "ProductArn" in entry else read_ocsf


def _with_check(
    read: Callable[[dict[str, Any]], dict[str, str]], entry: dict[str, Any]
) -> dict[str, str] | None:
    row = read(entry)
    return row if row["check"] else None


def _delimiter(head: Head) -> str:
    """Return what separates the columns of Prowler's CSV; empty if this is none."""
    first_line = clean(head.text.partition("\n")[0], 8000).replace('"', "")
    for delimiter in _DELIMITERS:
        names = {name.strip() for name in first_line.split(delimiter)}
        if names.issuperset(_COLUMNS) and not names.isdisjoint(_UNIQUE):
            return delimiter
    return ""


PARSER = Parser(
    "prowler",
    "Prowler (OCSF JSON, JSON, ASFF, CSV)",
    recognises,
    parse,
    About(
        versions="Prowler 2 to 5: OCSF JSON, JSON of versions 2 and 3, JSON for AWS Security Hub "
        "(ASFF), CSV with any delimiter.",
        source="prowler/lib/outputs of Prowler and its documentation.",
        command="prowler aws --output-formats json-ocsf csv",
        result="A check of one resource.",
        keys="The rule `prowler:<check id>`; Prowler names no weakness. The entries of compliance "
        "frameworks stand in the description.",
        severity="The words of Prowler: critical, high, medium, low, informational.",
        clean="PASS is a pass, FAIL a finding, MANUAL (INFO in versions 2 and 3) needs "
        "review; a muted failure is suppressed. A file without results proves nothing.",
        differs="DefectDojo takes MANUAL for a finding, drops muted ones and merges by text.",
    ),
    unsigned=("[]",),
)
