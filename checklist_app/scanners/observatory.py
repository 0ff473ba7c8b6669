"""Reports of the HTTP Observatory: of Mozilla's API and scripts, and of MDN's API and program.

Source: the API documentation of mozilla/http-observatory and the source of mdn-http-observatory. A
result is one test. The tests stand in ``tests``, beside ``scan``, or are the whole document (call
``getScanResults`` of the older API).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from checklist_app.domain.errors import UnreadableReport
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
from checklist_app.scanners.base import (
    About,
    Head,
    Kind,
    Parser,
    Report,
    fingerprint,
    plain_text,
    wrong_type,
)
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "Observatory"

_TEST_FIELDS = ("expectation", "pass", "result")
_MODIFIERS = ("score_modifier", "scoreModifier")
_COUNTS = (("tests_quantity", "tests_passed"), ("testsQuantity", "testsPassed"))
_FINISHED = ("", "FINISHED")
_STATES = {True: FindingState.PASSED, False: FindingState.OPEN, None: FindingState.NOT_APPLICABLE}
_HARMLESS = (FindingState.PASSED, FindingState.NOT_APPLICABLE)
_HTTP_TIME = "%a, %d %b %Y %H:%M:%S %Z"
_ARTEFACTS = ("data", "policy", "route", "destination")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of the Observatory."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    has_tests = head.has_key(*_TEST_FIELDS) and any(head.has_key(name) for name in _MODIFIERS)
    return has_tests or any(head.has_key("grade", *names) for names in _COUNTS)


def parse(report: Report) -> ParsedScan:
    """Read a report of the Observatory.

    Raises:
        UnreadableReport: it is no JSON, or it holds the grade without the tests.
    """
    whole = as_object(document(report))
    tests = _tests(whole)
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    scan = as_object(whole.get("scan"))
    version = clean(scan.get("algorithm_version", scan.get("algorithmVersion")), 20)
    gathering.tool_version = version and f"algorithm {version}"
    started = scan.get("start_time", scan.get("scanned_at"))
    gathering.started_at = moment(started, _HTTP_TIME)
    site = _site(as_object(tests.get("redirection")))
    gathering.target = site
    for name, test in tests.items():
        if isinstance(test, dict):
            gathering.add(_finding(clean(name, MAX_RULE_ID), test, site))
        else:
            gathering.skip(text("The entry has no content, so nothing can be read from it."))
    _check(gathering, scan)
    return gathering.scan()


def _tests(whole: dict[str, Any]) -> dict[str, Any]:
    tests = whole.get("tests")
    if tests is None and whole and all(map(_is_test, whole.values())):
        return whole
    if tests is None:
        raise UnreadableReport(
            text(
                "This report of the Observatory holds the grade without the tests. "
                "Take the answer of analyze of its API, or run mdn-http-observatory-scan."
            )
        )
    if not isinstance(tests, dict):
        raise wrong_type("tests", "{…}")
    return tests


def _is_test(value: object) -> bool:
    return isinstance(value, dict) and all(name in value for name in _TEST_FIELDS)


def _check(gathering: Gathering, scan: dict[str, Any]) -> None:
    """Note why the scan proves nothing, if it says so."""
    state, error = clean(scan.get("state"), 40), clean(scan.get("error"), MAX_SHORT)
    if state not in _FINISHED:
        gathering.fail(
            text("The scan did not finish: its state is %(state)s. Run it again.", state=state)
        )
    if error:
        gathering.fail(text("The scan failed: %(message)s", message=error))
    if not gathering.results:
        gathering.fail(text("The report names nothing that was scanned, so it proves nothing."))


def _site(redirection: dict[str, Any]) -> str:
    """Return the site that was tested; only the test of redirections names it."""
    output = as_object(redirection.get("output")) or redirection
    route = as_list(output.get("route"))
    first = clean(route[0] if route else output.get("destination"), MAX_URI)
    try:
        return clean(urlsplit(first).netloc, MAX_SHORT)
    except ValueError:
        return ""


def _finding(name: str, test: dict[str, Any], site: str) -> ParsedFinding:
    described = plain_text(
        clean(test.get("score_description", test.get("scoreDescription")), MAX_DESCRIPTION // 2)
    )
    result = clean(test.get("result"), MAX_SHORT)
    passed = test.get("pass")
    # Anything but true, false and null says nothing that could be relied on.
    state = _STATES[passed] if passed is None or type(passed) is bool else None
    return ParsedFinding(
        tool=TOOL,
        rule_id=name,
        title=clean(f"{name}: {' '.join(described.split()) or result}", MAX_TITLE),
        description="\n\n".join(filter(None, (described, result))),
        severity=Severity.INFO if state in _HARMLESS else _severity(test),
        cwes=(),
        tags=(),
        locations=(Location(f"https://{site}/"),) if site else (),
        fingerprint=fingerprint("observatory", name, site),
        state=state or FindingState.NEEDS_REVIEW,
        reason="" if state else clean(f"pass: {passed!r}", MAX_SHORT),
        solution=plain_text(clean(test.get("recommendation"), MAX_DESCRIPTION // 2)),
        references=_references(test),
        snippet=_artefacts(test),
    )


def _severity(test: dict[str, Any]) -> Severity:
    """Return how bad it is by the points that it costs, from -5 to -50 of 100."""
    points = next((test[name] for name in _MODIFIERS if test.get(name) is not None), None)
    if type(points) is not int:
        return Severity.MEDIUM
    if points <= -30:
        return Severity.HIGH
    return Severity.MEDIUM if points <= -15 else Severity.LOW


def _references(test: dict[str, Any]) -> tuple[str, ...]:
    """Return the page about a test, whose address may lack its site."""
    link = as_text(test.get("link"))
    return links_in(f"https://developer.mozilla.org{link}" if link.startswith("/") else link)


def _artefacts(test: dict[str, Any]) -> str:
    """Return what was found, such as the header; the values of cookies are never among it."""
    output = as_object(test.get("output")) or test
    shown = {name: output[name] for name in _ARTEFACTS if output.get(name)}
    return clean(json.dumps(shown, indent=1, ensure_ascii=False) if shown else "", MAX_SNIPPET)


PARSER = Parser(
    "observatory",
    "HTTP Observatory (JSON)",
    recognises,
    parse,
    About(
        versions="Mozilla HTTP Observatory (API v1, httpobs-local-scan), MDN HTTP Observatory "
        "(API v2 analyze, mdn-http-observatory-scan).",
        source="The API documentation of mozilla/http-observatory; the source of "
        "mdn-http-observatory.",
        command="mdn-http-observatory-scan example.org > report.json",
        result="One test, such as content-security-policy.",
        keys="The rule `observatory:<test>`; the format names no weakness.",
        severity="By the points that a failed test costs: 30 and more high, 15 and more medium, "
        "fewer low.",
        clean="`pass` true is a pass, false a finding, null not applicable. A scan that is not "
        "FINISHED, or has an error, proves nothing.",
        differs="DefectDojo makes passed tests inactive findings; here they are passes.",
    ),
)
