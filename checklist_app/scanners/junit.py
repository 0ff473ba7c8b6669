"""JUnit XML: what tests of any kind gave, as Surefire, pytest and many others write it.

Source: the schema of Maven Surefire's reports, ``junitxml.py`` of pytest, and the description of
the format by Testmo. A result is one ``testcase``. Nothing in it is a weakness by itself: a test
that fails says that what it checks does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.source_code import source_path
from checklist_app.scanners.values import moment, severity_of, whole_number
from checklist_app.scanners.web_evidence import masked
from checklist_app.scanners.xml_text import local_name, walk

TOOL = "JUnit"

_ROOTS = ("testsuites", "testsuite")
_STATES = {
    "failure": FindingState.OPEN,
    "error": FindingState.NEEDS_REVIEW,
    "skipped": FindingState.SUPPRESSED,
}
_WORDS = {
    "failed": "failure",
    "fail": "failure",
    "failure": "failure",
    "error": "error",
    "errored": "error",
    "broken": "error",
}
"""What some say in an attribute only, without an element of that name."""
_NOT_RUN = ("notrun", "disabled", "skipped", "suppressed", "ignored")
_BAD = (FindingState.OPEN, FindingState.NEEDS_REVIEW)
_REASONS = {
    "error": "the test ended in an error",
    "skipped": "the test was skipped",
}
# The words that scanners write who use this format: Trivy, Grype and Checkov before the name of
# what they found, Grype for Azure DevOps after it, Dependency-Check in the message.
_WORD = r"(CRITICAL|HIGH|MEDIUM|LOW|NEGLIGIBLE|INFO)"
_IN_NAME = re.compile(rf"\A\[{_WORD}\](?=[\s\[])", re.IGNORECASE)
_AFTER_NAME = re.compile(rf"\A[A-Z]{{2,8}}-[\w.-]+ \({_WORD}\)\Z", re.IGNORECASE)
_IN_MESSAGE = re.compile(r"\A(?:cvssV\d|unscored severity): ([A-Za-z]{3,13})\b")
_QUOTE_SECRETS = ("gitleaks", "secrets scan")
"""Suites (of Gitleaks and Checkov) whose failures hold the secrets that they found."""
_COUNT_MORE = ("trivy", "Popeye")
"""Reports that count more than they list: Trivy the checks that passed, Popeye its sections."""
_ROUND = 100


@dataclass(slots=True)
class _Suite:
    """A suite while it is read: its name, and how many tests it says it has, and failed ones."""

    name: str
    claimed: int
    seen: int = 0
    claimed_bad: int = 0
    bad: int = 0


@dataclass(slots=True)
class _Reading:
    """A report while it is read."""

    gathering: Gathering
    suites: list[_Suite] = field(default_factory=list)
    names: dict[str, None] = field(default_factory=dict)
    inside: bool = False

    def begin(self, element: Element) -> None:
        """Take the start of an element."""
        name = local_name(element)
        self.inside = self.inside or name == "testcase"
        if name in _ROOTS:
            self._open(element)

    def end(self, element: Element, report: Report) -> None:
        """Take the end of an element; what is in a test is read with the test."""
        name = local_name(element)
        if name == "testcase":
            self._take(element)
            self.inside = False
            if len(self.gathering.results) % _ROUND == 0:
                report.progress(len(self.gathering.results), len(self.gathering.results) + 1)
        elif name in _ROOTS:
            self._close()
        if not self.inside:
            element.clear()

    def _open(self, element: Element) -> None:
        name = clean(element.get("name"), MAX_SHORT)
        counts = [whole_number(element.get(key)) or 0 for key in ("tests", "errors", "failures")]
        self.suites.append(_Suite(name, counts[0], claimed_bad=sum(counts[1:])))
        if name:
            self.names[name] = None
        begun = moment(element.get("timestamp"))
        known = self.gathering.started_at
        if begun and (known is None or begun < known):
            self.gathering.started_at = begun

    def _close(self) -> None:
        """Take the end of a suite; one with fewer tests than it says was cut off."""
        suite = self.suites.pop()
        outermost = self.suites[0] if self.suites else suite
        if suite.seen < suite.claimed and outermost.name not in _COUNT_MORE:
            self.gathering.fail(
                text(
                    "The suite %(suite)s has %(claimed)s tests, but only %(found)s of them are in "
                    "the report. Run it again to its end.",
                    suite=suite.name or "?",
                    claimed=suite.claimed,
                    found=suite.seen,
                )
            )
        if suite.claimed_bad and not suite.bad:  # a suite that could not even begin
            self.gathering.fail(
                text(
                    "The suite %(suite)s says that %(claimed)s of its tests failed, but no test in "
                    "the report did. Correct what kept the suite from running and run it again.",
                    suite=suite.name or "?",
                    claimed=suite.claimed_bad,
                )
            )
        if self.suites:
            self.suites[-1].seen += suite.seen
            self.suites[-1].bad += max(suite.bad, suite.claimed_bad)

    def _take(self, element: Element) -> None:
        suite = self.suites[-1] if self.suites else _Suite("", 0)
        suite.seen += 1
        found = _finding(element, suite.name)
        suite.bad += found.state in _BAD
        self.gathering.add(found)


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a JUnit report."""
    if head.kind is not Kind.XML or head.root not in _ROOTS:
        return False
    return "<testcase" in head.text or ' tests="' in head.text or head.root == "testsuites"


def parse(report: Report) -> ParsedScan:
    """Read a JUnit report.

    Raises:
        UnreadableReport: it is no well-formed XML.
    """
    reading = _Reading(Gathering("junit", TOOL))
    for event, element in walk(report):
        if event == "start":
            reading.begin(element)
        else:
            reading.end(element, report)
    gathering = reading.gathering
    gathering.target = ", ".join(reading.names)
    if not gathering.results:
        gathering.fail(text("The report holds no test: nothing was checked."))
    return gathering.scan()


def _finding(test: Element, suite: str) -> ParsedFinding:
    name = clean(test.get("name"), MAX_TITLE)
    holder = clean(test.get("classname") or test.get("class"), MAX_SHORT)
    word, said = _outcome(test)
    state = _STATES.get(word, FindingState.PASSED)
    message = clean(masked(clean(said.get("message"), MAX_DESCRIPTION)), MAX_DESCRIPTION)
    properties = dict(_properties(test))
    names = [name, holder, *properties.values()]
    cwes = cwes_in([name, holder, *properties.values()])
    cwes += cwes_in(properties.get("cwe"), bare=True)
    return ParsedFinding(
        tool=TOOL,
        rule_id=clean(".".join(filter(None, (holder, name))), MAX_RULE_ID),
        title=name or holder or "?",
        description=message,
        severity=_severity(state, properties, _word(name, message)),
        cwes=tuple(sorted(set(cwes or cwes_in(message)))),
        tags=tags_in(names),
        locations=_places(test, holder),
        fingerprint=fingerprint("junit", suite, holder, name),
        state=state,
        reason=clean(message or _REASONS[word], MAX_SHORT) if word in _REASONS else "",
        snippet=""
        if suite in _QUOTE_SECRETS
        else clean(masked(clean(said.text, MAX_SNIPPET)), MAX_SNIPPET),
    )


def _outcome(test: Element) -> tuple[str, Element]:
    """Return the worst thing that a test says of itself, and where it says it."""
    children = {local_name(child): child for child in reversed(list(test))}
    for word in _STATES:
        if word in children:
            return word, children[word]
    for attribute in ("status", "result"):
        word = clean(test.get(attribute), 40).lower()
        named = "skipped" if word in _NOT_RUN else _WORDS.get(word, "")
        if named:
            return named, Element(named)
    return "", Element("passed")


def _properties(test: Element) -> Iterator[tuple[str, str]]:
    """Yield what a test notes of itself, such as a CWE that it stands for."""
    for holder in test:
        if local_name(holder) == "properties":
            for entry in holder:
                value = entry.get("value") or entry.text
                yield clean(entry.get("name"), 80).lower(), clean(value, MAX_SHORT)


def _word(name: str, message: str) -> str:
    match = _IN_NAME.match(name) or _AFTER_NAME.match(name) or _IN_MESSAGE.match(message)
    return match[1] if match else ""


def _severity(state: FindingState, properties: dict[str, str], word: str) -> Severity:
    if "severity" in properties:
        return severity_of(properties["severity"])
    return Severity.INFO if state is FindingState.PASSED else severity_of(word)


def _places(test: Element, holder: str) -> tuple[Location, ...]:
    path = source_path(test.get("file") or test.get("filepath")) or _told_place(test) or holder
    return (Location(path, whole_number(test.get("line"))),) if path else ()


def _told_place(test: Element) -> str:
    """Return the file that Dependency-Check names beside a test."""
    told = (clean(part.text, MAX_URI) for part in test if local_name(part) == "system-err")
    return next((place[10:] for place in told if place.startswith("location: ")), "")


PARSER = Parser(
    "junit",
    "JUnit (XML)",
    recognises,
    parse,
    About(
        versions="`testsuites` or `testsuite` as Maven Surefire, Gradle, pytest, Jest, Go and "
        "GoogleTest tools write them.",
        source="The schema of Surefire's reports and `junitxml.py` in the source of pytest.",
        command="`pytest --junit-xml=junit.xml`, or `mvn test` (target/surefire-reports)",
        result="A test (`testcase`).",
        keys="Rule `junit:<classname>.<name>`; CWE numbers and names of OWASP lists in the name of "
        "a test, or in its properties (`cwe`, `severity`, any other).",
        severity="The property `severity`, else the word that Trivy, Grype and Checkov write "
        "before the name (`[HIGH] CVE-…`) or Dependency-Check into the message, else medium; "
        "passed tests are information.",
        clean="A test without failure, error or skip is a pass. A failure is open, an error needs "
        "review, a skipped test is suppressed with its message. No test, or fewer than the suite "
        "says (Trivy leaves out what passed), proves nothing.",
        differs="DefectDojo has no reader for this format.",
    ),
)
