"""Reports of OpenVAS (Greenbone): XML and CSV.

Source: the documentation of the Greenbone Management Protocol (``get_reports``), and the report
formats *XML* and *CSV Results* of gvmd. A result is an element ``result`` with its test (``nvt``),
or a line of the CSV file.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report
from checklist_app.scanners.openvas_results import TOOL, row_of_element, row_of_line
from checklist_app.scanners.reading import Gathering, csv_rows
from checklist_app.scanners.values import moment, whole_number
from checklist_app.scanners.xml_text import walk

_ROOTS = ("report", "get_reports_response", "get_results_response")
_ONLY_HERE = ("<gmp>", "<omp>", "<scan_run_status", "<report_format", "<nvt oid=")
_COLUMNS = {"NVT OID", "NVT Name", "Severity"}
_ENDED = ("Done", "Container")
_SETTINGS = ("owner", "task", "filters", "ports", "severity_class", "notes", "user_tags")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of OpenVAS."""
    if head.kind is Kind.XML:
        return head.root in _ROOTS and any(name in head.text for name in _ONLY_HERE)
    if head.kind is not Kind.OTHER:
        return False
    names = head.text.partition("\n")[0].replace('"', "").split(",")
    return _COLUMNS.issubset(name.strip() for name in names)


def parse(report: Report) -> ParsedScan:
    """Read a report of OpenVAS.

    Raises:
        UnreadableReport: it is no well-formed XML or no CSV, or it holds no list of results.
    """
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    if report.head().kind is Kind.XML:
        return _Reading(gathering).of(report)
    hosts: dict[str, None] = {}
    for line in csv_rows(report):
        row = row_of_line(line)
        hosts[row.host] = None
        gathering.add(row.finding())
        gathering.started_at = gathering.started_at or moment(line.get("Timestamp"))
    gathering.target = ", ".join(filter(None, hosts))
    if not gathering.results:
        gathering.fail(text("The report names nothing that was scanned, so it proves nothing."))
    return gathering.scan()


class _Reading:
    """An XML report while it is read, element by element."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.hosts: dict[str, None] = {}
        self.hosts_told: int | None = None
        self.has_results = False
        self.counted = 0
        self.inside = 0
        """How many elements ``result`` are open: one of a comparison may hold another."""
        self.readers: dict[str, Callable[[Element], None]] = {
            "result": self._result,
            "scan_run_status": self._status,
            "scan_start": self._start,
            "result_count": self._count,
            "hosts": self._hosts,
            "host": self._host,
            "errors": self._errors,
        }

    def of(self, report: Report) -> ParsedScan:
        """Read it all."""
        for event, element in walk(report):
            name = element.tag
            if event == "start":
                self.has_results |= name in ("results", "get_results_response")
                self.inside += name == "result"
                continue
            self.inside -= name == "result"
            if not self.inside:
                self._read(name, element)
        if not self.has_results:
            raise UnreadableReport(
                text(
                    "This report holds no list of results. "
                    "Export it again with its details, in the format XML."
                )
            )
        read = sum(result.results for result in self.gathering.results)
        self.gathering.expect(self.counted, read + self.gathering.skipped.total())
        self.gathering.target = ", ".join(filter(None, self.hosts))
        if not self.gathering.results and not self.hosts and not self.hosts_told:
            self.gathering.fail(
                text("No host answered, so nothing was tested. Check the targets and scan again.")
            )
        return self.gathering.scan()

    def _read(self, name: str, element: Element) -> None:
        reader = self.readers.get(name)
        if reader is not None:
            reader(element)
        elif name in _SETTINGS:
            element.clear()

    def _count(self, counted: Element) -> None:
        """Take how many results the filter of the export lets through: a page may hold fewer."""
        told = clean(counted.findtext("filtered"), 12)
        self.counted = max(self.counted, whole_number(told) or 0)

    def _result(self, result: Element) -> None:
        if result.find("nvt") is not None:
            row = row_of_element(result)
            self.hosts[row.host] = None
            self.gathering.add(row.finding())
        elif len(result):
            self.gathering.skip(text("The entry has no content, so nothing can be read from it."))
        result.clear()

    def _status(self, status: Element) -> None:
        word = clean(status.text, 40)
        if word and word not in _ENDED:
            self.gathering.fail(
                text("The scan did not finish: its state is %(state)s. Run it again.", state=word)
            )

    def _start(self, start: Element) -> None:
        self.gathering.started_at = self.gathering.started_at or moment(start.text)

    def _hosts(self, hosts: Element) -> None:
        count = clean(hosts.findtext("count"), 10)
        if count.isdecimal():
            self.hosts_told = int(count)

    def _host(self, host: Element) -> None:
        name = clean(host.findtext("ip"), MAX_SHORT)
        if name:
            self.hosts[name] = None
            host.clear()

    def _errors(self, errors: Element) -> None:
        count = clean(errors.findtext("count"), 10)
        found = int(count) if count.isdecimal() else len(errors.findall("error"))
        if found:
            self.gathering.fail(
                text(
                    "%(count)s tests ended with an error, so something is not tested.", count=found
                )
            )
        errors.clear()


PARSER = Parser(
    "openvas",
    "OpenVAS, Greenbone (XML, CSV)",
    recognises,
    parse,
    About(
        versions="Greenbone Management Protocol 7 to 22: report format XML and answers of "
        "get_reports and get_results; CSV Results with or without QoD and EPSS.",
        source="The documentation of the Greenbone Management Protocol; gvmd's report formats.",
        command="Greenbone: Scans, Reports, Download, format XML or CSV Results",
        result="What one test says of one port of one host.",
        keys="The rule `openvas:<OID>`; the format names no weakness but CVE numbers, which stand "
        "in the description.",
        severity="`threat` (after overrides): Critical, High, Medium, Low.",
        clean="Log and Debug are observations, False Positive is suppressed, and so is what an "
        "override turned into Log. In an audit compliance yes is a pass; in a comparison of two "
        "reports what is gone is an observation. A scan that is not Done, "
        "that reports errors of its tests, or that counts no host proves nothing.",
    ),
)
