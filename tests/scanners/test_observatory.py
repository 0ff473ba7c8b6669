"""What a report of the HTTP Observatory says, of Mozilla's old one and of MDN's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def outcome(**more: Any) -> dict[str, Any]:
    """Return one test of the older API."""
    return {
        "expectation": "csp-implemented-with-no-unsafe",
        "name": "content-security-policy",
        "output": {"data": None},
        "pass": False,
        "result": "csp-not-implemented",
        "score_description": "Content Security Policy (CSP) header not implemented",
        "score_modifier": -25,
        **more,
    }


REDIRECTION = outcome(
    **{"name": "redirection", "pass": True, "result": "redirection-to-https", "score_modifier": 0},
    output={"route": ["http://bank.example/", "https://bank.example/"]},
)


def scan_of(**tests: Any) -> dict[str, Any]:
    """Return a report of the older API with these tests; ``_`` in a name stands for a hyphen."""
    return {
        "scan": {
            "algorithm_version": 2,
            "grade": "D",
            "start_time": "Wed, 05 May 2021 07:57:11 GMT",
            "state": "FINISHED",
            "tests_passed": 1,
            "tests_quantity": 2,
        },
        "tests": {name.replace("_", "-"): test for name, test in tests.items()},
    }


def test_a_failed_and_a_passed_test() -> None:
    scan = read(scan_of(content_security_policy=outcome(), redirection=REDIRECTION))
    assert (scan.format, scan.tool, scan.target) == ("observatory", "Observatory", "bank.example")
    assert scan.started_at == datetime(2021, 5, 5, 7, 57, 11, tzinfo=UTC)
    assert (scan.account.findings, scan.account.passes) == (1, 1)
    found = scan.findings[0]
    assert (found.rule_id, found.severity) == ("content-security-policy", Severity.MEDIUM)
    assert found.locations == (Location("https://bank.example/"),)
    assert scan.problems == ()


def test_the_tests_alone_are_read_too() -> None:
    assert only(read({"content-security-policy": outcome()})).state is FindingState.OPEN


def test_the_shape_of_mdn() -> None:
    scan = read(
        {
            "scan": {"algorithmVersion": 4, "error": None, "grade": "B", "testsQuantity": 2},
            "tests": {
                "cookies": {
                    "expectation": "cookies-secure-with-httponly-sessions",
                    "pass": False,
                    "result": "cookies-session-without-secure-flag",
                    "scoreModifier": -40,
                    "data": {"sid": {"secure": False, "httponly": True}},
                },
                "referrer-policy": {
                    "expectation": "referrer-policy-private",
                    "pass": None,
                    "result": "referrer-policy-not-implemented",
                    "score_description": "<p><code>Referrer-Policy</code> is missing.</p>",
                    "link": "/en-US/docs/Web/Referrer",
                    "scoreModifier": 0,
                },
            },
        }
    )
    cookies, referrer = scan.results
    assert (cookies.state, cookies.severity) == (FindingState.OPEN, Severity.HIGH)
    assert '"secure": false' in cookies.snippet
    assert referrer.state is FindingState.NOT_APPLICABLE
    assert referrer.description.startswith("Referrer-Policy is missing.")
    assert referrer.references == ("https://developer.mozilla.org/en-US/docs/Web/Referrer",)


def test_a_scan_that_did_not_finish_proves_nothing() -> None:
    aborted = scan_of(content_security_policy=outcome(**{"pass": True}))
    aborted["scan"]["state"] = "ABORTED"
    assert "ABORTED" in str(read(aborted).problems[0])
    assert read(scan_of()).problems


def test_the_grade_without_the_tests_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="without the tests"):
        read({"grade": "A", "tests_quantity": 10, "tests_passed": 10, "error": None})


def test_an_answer_that_is_neither_yes_nor_no_needs_review() -> None:
    found = only(read({"content-security-policy": outcome(**{"pass": "yes"})}))
    assert (found.state, found.severity) == (FindingState.NEEDS_REVIEW, Severity.MEDIUM)


def test_another_way_to_fail_is_the_same_finding() -> None:
    before = read(scan_of(content_security_policy=outcome(), redirection=REDIRECTION))
    weaker = outcome(result="csp-implemented-with-unsafe-inline", score_modifier=-20)
    after = read(scan_of(redirection=REDIRECTION, content_security_policy=weaker))
    assert fingerprints(before) == fingerprints(after)


def test_a_test_that_is_no_object_is_counted_and_left_out() -> None:
    account = read(scan_of(content_security_policy=outcome(), cookies="?")).account
    assert (account.read, account.skipped, account.adds_up) == (2, 1, True)
