"""Results of XCCDF checklists (OpenSCAP and others), alone or in an ARF report.

Source: NIST IR 7275 (XCCDF 1.2), the specification of XCCDF 1.1.4, and NIST IR 7694 (ARF 1.1). A
result is one ``rule-result`` of a ``TestResult``; the rules themselves stand in the ``Benchmark``
that holds it, or in the report request of the ARF report.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, MAX_TOOL, MAX_VERSION, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.values import moment
from checklist_app.scanners.xccdf_rules import (
    Rule,
    System,
    is_judged,
    read_result,
    read_rule,
    result_of,
)
from checklist_app.scanners.xml_text import local_name, walk

_NAMESPACES = {
    "Benchmark": "checklists.nist.gov/xccdf/",
    "TestResult": "checklists.nist.gov/xccdf/",
    "asset-report-collection": "scap.nist.gov/schema/asset-reporting-format/",
    "data-stream-collection": "scap.nist.gov/schema/scap/source/",
}
_WHOLE = ("Rule", "rule-result")
_SCANNER = "urn:xccdf:fact:scanner:"
_NAMES = {"openscap": "OpenSCAP"}
_UNNAMED = "XCCDF"


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an XCCDF or ARF report."""
    namespace = _NAMESPACES.get(head.root, "")
    return head.kind is Kind.XML and bool(namespace) and namespace in head.text


def parse(report: Report) -> ParsedScan:
    """Read the results of an XCCDF checklist.

    Raises:
        UnreadableReport: it is no well-formed XML, or a checklist without the results of a test.
    """
    reading = _Reading()
    for event, element in walk(report):
        if event == "start":
            reading.start(element)
        else:
            reading.end(element)
    return reading.scan()


class _Reading:
    """A report while it is read, element by element."""

    def __init__(self) -> None:
        self.gathering = Gathering(format=PARSER.format, tool="")
        self.rules: dict[str, Rule] = {}
        self.results: list[Element] = []
        self.system = self.tool = ""
        self.systems: dict[str, None] = {}
        self.tests = self.inside = 0

    def start(self, element: Element) -> None:
        """Take the beginning of an element, of which only the attributes are known."""
        name = local_name(element)
        self.inside += name in _WHOLE
        if name == "TestResult":
            self._begin_test(element)

    def _begin_test(self, test: Element) -> None:
        self.tests += 1
        self.system = self.tool = ""
        self.gathering.started_at = self.gathering.started_at or moment(test.get("start-time"))
        # Such as cpe:/a:redhat:openscap:1.3.7.
        parts = clean(test.get("test-system"), MAX_SHORT).split(":")
        if len(parts) > 3 and parts[0] == "cpe":
            self._name_tool(parts[3])
            self._version(parts[4] if len(parts) > 4 else "")

    def _name_tool(self, name: str) -> None:
        self.tool = self.tool or clean(_NAMES.get(name.lower(), name), MAX_TOOL)

    def _version(self, version: str) -> None:
        self.gathering.tool_version = self.gathering.tool_version or clean(version, MAX_VERSION)

    def end(self, element: Element) -> None:
        """Take an element that is complete."""
        name = local_name(element)
        self.inside -= name in _WHOLE
        if self.inside:
            return
        if name == "rule-result":
            self.results.append(element)
            return
        if name == "Rule":
            self.rules[clean(element.get("id"), MAX_SHORT)] = read_rule(element)
        elif name == "TestResult":
            self._end_test()
        elif self.tests:
            self._read_about_test(name, element)
        element.clear()

    def _read_about_test(self, name: str, element: Element) -> None:
        value = clean(element.text, MAX_SHORT)
        if name == "target":
            self.system = self.system or value
        elif name == "fact" and (element.get("name") or "").startswith(_SCANNER):
            if (element.get("name") or "").endswith(":name"):
                self._name_tool(value)
            else:
                self._version(value)

    def _end_test(self) -> None:
        """Read the results of a test, now that its system and tool are known."""
        system = System(self.system, self.tool or _UNNAMED)
        self.systems[self.system] = None
        self.gathering.tool = self.gathering.tool or system.tool
        for result in self.results:
            if result_of(result) == "notselected":
                self.gathering.skip(
                    text("The profile does not select this rule, so it was not tested.")
                )
            else:
                self.gathering.add(read_result(result, self.rules, system))
            result.clear()
        self.results.clear()

    def scan(self) -> ParsedScan:
        """Return it all."""
        if not self.tests:
            raise UnreadableReport(
                text(
                    "This is a checklist without the results of a test. "
                    "Run oscap xccdf eval with --results or --results-arf and import that file."
                )
            )
        if not any(map(is_judged, self.gathering.results)):
            self.gathering.fail(
                text(
                    "No rule was tested: none is selected or none applies to this system. "
                    "Choose a profile and a checklist made for it."
                )
            )
        self.gathering.target = ", ".join(filter(None, self.systems))
        return self.gathering.scan()


PARSER = Parser(
    "xccdf",
    "XCCDF, ARF (OpenSCAP)",
    recognises,
    parse,
    About(
        versions="XCCDF 1.1 and 1.2: TestResult alone or in its Benchmark; ARF 1.1.",
        source="NIST IR 7275 and 7694: the specifications of XCCDF and ARF.",
        command="oscap xccdf eval --profile P --results-arf report.xml CHECKLIST",
        result="A rule tested on a system (`rule-result`).",
        keys="The rule `openscap:<id of the rule>`, with the name of another tool if the report "
        "names one; CWE where the checklist names it (`ident`).",
        severity="`severity` of the result or the rule: high, medium, low, info; unknown is "
        "medium.",
        clean="pass and fixed are passes, fail a finding, error, unknown and notchecked need "
        "review; what an override turned from fail is suppressed. If no rule was tested, it proves "
        "nothing.",
        differs="Rules with notselected are counted and left out: nobody tested them.",
    ),
)
