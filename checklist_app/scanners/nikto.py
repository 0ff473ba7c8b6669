"""Nikto's reports as XML, JSON and CSV, from Nikto 2.1 to today.

XML has one ``<niktoscan>`` for all hosts, one for each in an outer ``<niktoscan>``, or
``<niktoscans>`` around them; how 2.1.5 and 2.1.6 break it, see ``nikto_xml``. JSON is an object
for one host, or an array of hosts; that of 2.1.6 ends lists with a comma, never closes a host
before the next one and writes numbers with zeros in front, and no version escapes backslashes in
addresses. All this is mended before it is read.
CSV escapes quotes with backslashes and names no rule; the message tells the commonest ones.

Source: the plugins ``nikto_report_*`` and the templates of Nikto. A result is one item of a host.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, check_count, wrong_type
from checklist_app.scanners.nikto_items import TOOL, Host, read_item
from checklist_app.scanners.nikto_xml import mended
from checklist_app.scanners.reading import LONGEST_CELL, Gathering, decoded
from checklist_app.scanners.values import moment
from checklist_app.scanners.xml_text import local_name, walk, walk_through
from checklist_app.untrusted.json_text import load_json

_ROOTS = ("niktoscan", "niktoscans")
_CSV_START = re.compile(r'"?Nikto - v([\d.]{1,20})')
_CELLS = 7
_GAVE_UP_AT = 20
"""Nikto gives up on a host after this many failed requests, unless told otherwise."""
# The end of the file ends a string too, so that the pattern never goes back.
_BROKEN_JSON = re.compile(
    r'(?P<string>"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z))|(?P<next>(?<=\]),(?=\{"host":))'
    r"|,(?=\s*+[\]}])|(?<=:)\s?0++(?=\d)",
    re.DOTALL,
)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\|[\x00-\x1f]')


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Nikto report."""
    if head.kind is Kind.XML:
        return head.root in _ROOTS
    if head.kind is Kind.JSON:
        of_host = head.has_key("host", "ip", "port", "banner")
        return of_host and (head.has_key("vulnerabilities") or head.has_key("msg"))
    return head.kind is Kind.OTHER and _CSV_START.match(head.text) is not None


def parse(report: Report) -> ParsedScan:
    """Read a Nikto report.

    Raises:
        UnreadableReport: it is no XML, JSON or CSV, or what carries the items has the wrong type.
    """
    gathering = Gathering(format="nikto", tool=TOOL)
    read = {Kind.XML: _read_xml, Kind.JSON: _read_json}.get(report.head().kind, _read_csv)
    hosts = list(read(report, gathering))
    gathering.target = ", ".join(dict.fromkeys(host.shown for host in hosts))
    if not hosts:
        gathering.fail(
            text(
                "The report names no host, so nothing was scanned. "
                "Check that the scanner can reach the target and scan again."
            )
        )
    return gathering.scan()


def _read_xml(report: Report, gathering: Gathering) -> Iterator[Host]:
    host = Host()
    whole = mended(report.read())
    events = walk(report) if whole is None else walk_through(io.BytesIO(whole), len(whole))
    for event, element in events:
        name = local_name(element)
        if event == "start" and name == "niktoscan":
            gathering.tool_version = element.get("version") or gathering.tool_version
            gathering.command_line = element.get("options") or gathering.command_line
        elif event == "start" and name == "scandetails":
            host = Host.of_xml(element.attrib)
            yield host
            _check_errors(gathering, host, element.get("errors"))
            gathering.started_at = gathering.started_at or moment(element.get("starttime"))
        elif event == "end" and name == "item":
            fields: dict[str, Any] = {local_name(child): child.text for child in element}
            read_item(gathering, host, fields | dict(element.attrib))
            element.clear()
            report.progress(len(gathering.results), len(gathering.results) + 1)
        elif event == "end" and name == "statistics" and element.get("itemstested") == "0":
            _nothing_tested(gathering, host)


def _check_errors(gathering: Gathering, host: Host, errors: str | None) -> None:
    count = clean(errors, 20)
    if count.isdecimal() and int(count) >= _GAVE_UP_AT:
        gathering.fail(
            text(
                "%(count)s requests to %(host)s failed and the scanner gave up. "
                "Check that it can reach the target and scan again.",
                count=count,
                host=host.shown,
            )
        )


def _nothing_tested(gathering: Gathering, host: Host) -> None:
    gathering.fail(
        text(
            "Nothing was tested on %(host)s. Check that the scanner can reach it and scan again.",
            host=host.shown,
        )
    )


def _read_json(report: Report, gathering: Gathering) -> Iterator[Host]:
    for number, scanned in enumerate(_load(report.read())):
        if not isinstance(scanned, dict):
            raise wrong_type(f"[{number}]", "{…}")
        if "vulnerabilities" not in scanned:
            raise UnreadableReport(
                text("This Nikto report has no list of items. Export it again with -Format json.")
            )
        items = scanned["vulnerabilities"]
        if not isinstance(items, list):
            raise wrong_type("vulnerabilities", "[…]")
        host = Host.of_json(scanned)
        yield host
        for item in items:
            read_item(gathering, host, item)


def _load(data: bytes) -> list[Any]:
    """Return the hosts of a report in JSON; if it is broken as Nikto breaks it, mended."""
    try:
        found = load_json(data)
    except UnreadableReport as error:
        whole = _BROKEN_JSON.sub(_mended, decoded(data))
        try:
            found = load_json(f"[{whole}]".encode("utf-8", "surrogatepass"))
        except UnreadableReport:
            raise error from None
        found = found[0] if len(found) == 1 else found
    return found if isinstance(found, list) else [found]


def _mended(found: re.Match[str]) -> str:
    if found["next"]:  # the host before this one was never closed
        return "},"
    return _ESCAPE.sub(_escaped, found["string"] or "")


def _escaped(found: re.Match[str]) -> str:
    """Return what a backslash that escapes nothing, or a bare control character, means."""
    if len(found[0]) > 1:
        return found[0]
    return "\\\\" if found[0] == "\\" else " "


def _read_csv(report: Report, gathering: Gathering) -> Iterator[Host]:
    hosts: dict[tuple[str, str, str], Host] = {}
    for cells in _rows(report):
        start = _CSV_START.match(cells[0])
        if start:
            gathering.tool_version = start[1]
            continue
        if len(cells) < _CELLS:
            gathering.skip(text("The line is cut off, so nothing can be read from it."))
            continue
        name, ip, port = cells[:3]
        if (name, ip, port) not in hosts:
            hosts[name, ip, port] = Host(name, ip, port)
            yield hosts[name, ip, port]
        _, method, uri, *message = cells[3:]
        if method or uri:  # else it is the line of the host itself, with its banner
            reference, shown = cells[3], ",".join(message)
            fields = {"references": reference, "method": method, "url": uri, "msg": shown}
            read_item(gathering, hosts[name, ip, port], fields)


def _rows(report: Report) -> Iterator[list[str]]:
    """Yield the lines of a CSV report; quotes in it are escaped by backslashes."""
    lines = io.StringIO(decoded(report.read()), newline="")
    reader = csv.reader(lines, doublequote=True, escapechar="\\")
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        for number, cells in enumerate(reader, start=1):
            check_count(number)
            if any(cells):
                yield cells
    except csv.Error as error:
        raise UnreadableReport(
            text("Line %(line)s is not valid CSV.", line=reader.line_num)
        ) from error
    finally:
        csv.field_size_limit(before)


PARSER = Parser(
    "nikto",
    "Nikto (XML, JSON, CSV)",
    recognises,
    parse,
    About(
        versions="Nikto 2.1.0 to 2.6: `-Format xml`, `json` and `csv`.",
        source="The plugins `nikto_report_xml`, `_json`, `_csv` and the templates of Nikto.",
        command="`nikto -h https://… -Format json -o nikto.json`",
        result="An item: one message about one address of a host.",
        keys="CWE among the references (2.5 on); rule `nikto:<test id>`, for a missing header "
        "`nikto:013587:<header>`; in CSV, which has no ids, that of the commonest messages.",
        severity="Nikto gives none: every item is low.",
        clean="A host without items was scanned and nothing was found, unless nothing was tested "
        "or the scanner gave up; a report without a host proves nothing. Uncommon headers "
        "and services that Nikto only names are observations; what it wants viewed by hand needs "
        "a human.",
    ),
)
