"""What a JUnit report says of tests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read

PYTEST = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1"
 tests="4" time="0.1" timestamp="2026-01-12T09:30:00+01:00" hostname="ci">
<testcase classname="tests.test_login" name="test_lockout" time="0.01" />
<testcase classname="tests.test_login" name="test_cookie" file="tests/test_login.py" line="12">
<properties><property name="cwe" value="614"/><property name="severity" value="high"/>
<property name="asvs" value="ASVS-5.0.0-V3.3.1"/></properties>
<failure message="AssertionError: no Secure">assert 'Secure' in header
Authorization: Bearer abcdefghijklmnopqrstuvwx</failure></testcase>
<testcase classname="tests.test_login" name="test_mfa"><error message="no database">x</error>
</testcase>
<testcase classname="tests.test_login" name="test_sso"><skipped message="no provider"/></testcase>
</testsuite></testsuites>"""


def test_every_outcome_of_a_test() -> None:
    scan = read(PYTEST)
    assert (scan.format, scan.tool, scan.target) == ("junit", "JUnit", "pytest tests, pytest")
    assert scan.started_at == datetime(2026, 1, 12, 8, 30, tzinfo=UTC)
    assert [(found.state, found.reason) for found in scan.results] == [
        (FindingState.PASSED, ""),
        (FindingState.OPEN, ""),
        (FindingState.NEEDS_REVIEW, "no database"),
        (FindingState.SUPPRESSED, "no provider"),
    ]
    assert scan.account.adds_up
    assert scan.problems == ()


def test_a_failure_with_what_the_test_notes_of_itself() -> None:
    found = read(PYTEST).results[1]
    assert (found.rule_id, found.severity) == ("tests.test_login.test_cookie", Severity.HIGH)
    assert (found.cwes, found.tags) == ((614,), ("asvs-5.0.0:V3.3.1",))
    assert found.locations == (Location("tests/test_login.py", 12),)
    assert (MappingKind.RULE, "junit:tests.test_login.test_cookie") in routing_keys(found)
    assert "assert 'Secure' in header" in found.snippet
    assert "abcdefgh" not in found.snippet


def test_a_report_of_surefire_with_one_suite_and_a_flaky_test() -> None:
    scan = read(
        '<testsuite name="org.bank.LoginTest" tests="2" errors="0" skipped="0" failures="0">'
        '<properties><property name="java.version" value="21"/></properties>'
        '<testcase name="locks" classname="org.bank.LoginTest" time="0.1">'
        '<flakyFailure message="once">x</flakyFailure><system-out>CWE-89</system-out></testcase>'
        '<testcase name="signsOut" classname="org.bank.LoginTest"/>'
        "<system-out><![CDATA[much]]></system-out></testsuite>"
    )
    assert {found.state for found in scan.results} == {FindingState.PASSED}
    assert scan.problems == ()


def test_a_suite_that_could_not_begin_is_told() -> None:
    xml = """<testsuites errors="1" failures="0" tests="1"><testsuite name="login" errors="1"
tests="0"/><testsuite name="cards" tests="1" errors="0"><testcase name="a"/></testsuite>
</testsuites>"""
    (problem,) = read(xml).problems
    assert "The suite login says that 1 of its tests failed" in str(problem)


def test_a_weakness_that_only_the_failure_names() -> None:
    xml = '<testsuite><testcase name="a"><failure message="SQL from input (CWE-89)"/></testcase>'
    assert only(read(xml + "</testsuite>")).cwes == (89,)


def test_the_secrets_that_gitleaks_puts_into_its_failures_are_not_kept() -> None:
    told = "generic-api-key has detected a secret in file auth.py, line 1."
    xml = f"""<testsuites><testsuite name="gitleaks" tests="1" failures="1">
<testcase classname="Generic" file="auth.py" name="{told}"><failure message="{told}"
type="Generic">{{"Match": "key = hunter2secret", "Secret": "hunter2secret"}}</failure></testcase>
</testsuite></testsuites>"""
    scan = read(xml)
    assert only(scan).locations == (Location("auth.py"),)
    assert "hunter2secret" not in str(scan.to_json())


def test_moved_and_slower_tests_are_the_same_findings() -> None:
    moved = PYTEST.replace('line="12"', 'line="40"').replace('time="0.01"', 'time="9"')
    assert fingerprints(read(PYTEST)) == fingerprints(read(moved))


def test_a_test_that_did_not_run_by_its_status() -> None:
    found = only(read('<testsuites><testcase name="a" status="notrun"/></testsuites>'))
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, "the test was skipped")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("failed", FindingState.OPEN),
        ("ERROR", FindingState.NEEDS_REVIEW),
        ("passed", FindingState.PASSED),
        ("run", FindingState.PASSED),
    ],
)
def test_a_test_that_says_its_outcome_in_an_attribute_only(
    status: str, state: FindingState
) -> None:
    assert only(read(f'<testsuite><testcase name="a" status="{status}"/></testsuite>')).state is (
        state
    )


@pytest.mark.parametrize(
    "xml",
    [
        "<testsuites></testsuites>",
        '<testsuite name="s" tests="3"><testcase name="a"/></testsuite>',
        '<testsuites tests="2"><testsuite name="s"><testcase name="a"/></testsuite></testsuites>',
    ],
)
def test_missing_tests_are_told(xml: str) -> None:
    assert read(xml).problems


def test_what_is_cut_off_is_refused() -> None:
    with pytest.raises(UnreadableReport):
        read(PYTEST[:700])


@pytest.mark.parametrize(
    ("name", "message", "expected"),
    [
        ("[CRITICAL] CVE-2024-1", "reads too far", Severity.CRITICAL),
        ("pkg:maven/a/b@1", "cvssV3: HIGH, score: 7.5 (AV:N)", Severity.HIGH),
        ("pkg:npm/a@1", "unscored severity: low", Severity.LOW),
        ("[chromium] signs in", "HIGH", Severity.MEDIUM),
        ("[High] GHSA-aaaa-bbbb-cccc", "left-pad: GHSA-aaaa-bbbb-cccc", Severity.HIGH),
        ("CVE-2024-1 (Critical)", "CVE-2024-1: found in left-pad", Severity.CRITICAL),
        ("locks the door (low)", "still open", Severity.MEDIUM),
        ("[LOW][CKV_AWS_18] Bucket has a log", "Bucket has a log", Severity.LOW),
        ("[NONE][CKV_AWS_19] Bucket is encrypted", "Bucket is encrypted", Severity.MEDIUM),
    ],
)
def test_scanners_that_use_this_format_say_how_bad_it_is(
    name: str, message: str, expected: Severity
) -> None:
    test = f'<testcase classname="a" name="{name}"><failure message="{message}"/></testcase>'
    found = only(read(f'<testsuites><testsuite name="s" tests="1">{test}</testsuite></testsuites>'))
    assert found.severity is expected


def test_trivy_and_popeye_count_more_than_they_list() -> None:
    suite = (
        '<testsuite tests="9" failures="1" name="deploy.yaml" errors="0" skipped="0" time="">'
        '<testcase classname="Kubernetes Security Check" name="[LOW] KSV011" time="">'
        '<failure message="CPU not limited" type="description">d</failure></testcase></testsuite>'
    )
    scan = read(f'<?xml version="1.0" ?><testsuites name="trivy">{suite}</testsuites>')
    assert (len(scan.results), scan.problems) == (1, ())
    assert read(f"<testsuites>{suite}</testsuites>").problems
    section = '<testsuite name="pods" tests="1"><testcase classname="a" name="b"/></testsuite>'
    assert read(f'<testsuites name="Popeye" tests="9">{section}</testsuites>').problems == ()


def test_the_secrets_that_checkov_puts_into_its_failures_are_not_kept() -> None:
    scan = read(
        '<testsuites><testsuite name="secrets scan" tests="1"><testcase name="[NONE][CKV_SECRET_6] '
        'High entropy" classname="/a.py.x" file="/a.py"><failure message="High entropy">'
        '3 | token = "abcd1234**********"</failure></testcase></testsuite></testsuites>'
    )
    assert "abcd1234" not in only(scan).snippet


def test_the_file_that_dependency_check_names_beside_a_test_is_its_place() -> None:
    scan = read(
        '<testsuites name="dependency-check"><testsuite name="/lib/a.jar" tests="1"><testcase '
        'classname="CVE-2020-1" name="pkg:maven/a/a@1"><failure message="cvssV3: HIGH, score: 7"/>'
        "<system-out>words</system-out><system-err>location: /lib/a.jar</system-err></testcase>"
        "</testsuite></testsuites>"
    )
    assert only(scan).locations == (Location("/lib/a.jar"),)
