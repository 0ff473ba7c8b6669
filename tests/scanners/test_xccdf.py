"""What the results of an XCCDF checklist say, alone and in an ARF report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

NAMESPACE = "http://checklists.nist.gov/xccdf/1.2"
RULE_ID = "xccdf_org.ssgproject.content_rule_sshd_disable_root_login"
RULE = (
    f'<Group id="g"><Rule id="{RULE_ID}" severity="high"><title>Disable root login</title>'
    '<description>Root <html:code xmlns:html="http://www.w3.org/1999/xhtml">must not</html:code>'
    " sign in.</description><rationale>Nobody knows who it is.</rationale>"
    '<reference href="https://stig.example/">SRG-OS-000109</reference>'
    '<ident system="https://ncp.nist.gov/cce">CCE-80901-2</ident>'
    '<ident system="http://cwe.mitre.org">CWE-250</ident>'
    "<fixtext>Set PermitRootLogin no.</fixtext></Rule></Group>"
)


def result(word: str = "fail", more: str = "", rule: str = RULE_ID) -> str:
    """Return a result."""
    return (
        f'<rule-result idref="{rule}" severity="medium" time="2026-01-12T09:30:00">'
        f"<result>{word}</result>{more}</rule-result>"
    )


def outcome(*results: str, xmlns: str = "") -> str:
    """Return a TestResult."""
    named = f' xmlns="{xmlns}"' if xmlns else ""
    return (
        '<TestResult id="t" start-time="2026-01-12T09:30:00+00:00" '
        f'test-system="cpe:/a:redhat:openscap:1.3.7"{named}>'
        f"<target>db1.bank.example</target>{''.join(results)}</TestResult>"
    )


def benchmark(*results: str, namespace: str = NAMESPACE, rule: str = RULE) -> str:
    """Return a checklist with the results of a test."""
    return f'<Benchmark xmlns="{namespace}" id="b">{rule}{outcome(*results)}</Benchmark>'


def arf(*results: str) -> str:
    """Return an ARF report."""
    return (
        '<arf:asset-report-collection xmlns:arf="http://scap.nist.gov/schema/'
        'asset-reporting-format/1.1"><arf:report-requests><arf:report-request><arf:content>'
        f'<x:Benchmark xmlns:x="{NAMESPACE}" xmlns="{NAMESPACE}">{RULE}</x:Benchmark>'
        "</arf:content></arf:report-request></arf:report-requests><arf:reports><arf:report>"
        f"<arf:content>{outcome(*results, xmlns=NAMESPACE)}</arf:content>"
        "</arf:report></arf:reports></arf:asset-report-collection>"
    )


@pytest.mark.parametrize(
    "report",
    [
        benchmark(result()),
        benchmark(result(), namespace="http://checklists.nist.gov/xccdf/1.1"),
        arf(result()),
    ],
)
def test_a_failed_rule(report: str) -> None:
    scan = read(report)
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("xccdf", "OpenSCAP", "1.3.7")
    assert (scan.target, found.locations) == ("db1.bank.example", (Location("db1.bank.example"),))
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.title) == (RULE_ID, "Disable root login")
    assert (found.state, found.severity, found.cwes) == (FindingState.OPEN, Severity.MEDIUM, (250,))
    assert found.description.startswith("Root must not sign in.\n\nNobody knows who it is.")
    assert "CCE-80901-2" in found.description
    assert found.solution == "Set PermitRootLogin no."
    assert found.references == ("https://stig.example/",)
    assert scan.problems == ()


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pass", FindingState.PASSED),
        ("fixed", FindingState.PASSED),
        ("error", FindingState.NEEDS_REVIEW),
        ("unknown", FindingState.NEEDS_REVIEW),
        ("notchecked", FindingState.NEEDS_REVIEW),
        ("informational", FindingState.OBSERVATION),
        ("notapplicable", FindingState.NOT_APPLICABLE),
    ],
)
def test_every_word_of_the_specification_has_its_state(word: str, state: FindingState) -> None:
    found = only(read(benchmark(result(word))))
    assert found.state is state
    assert bool(found.reason) == (state is FindingState.NEEDS_REVIEW)


def test_a_failure_that_a_person_overrode_is_suppressed() -> None:
    override = (
        '<override time="2026-01-13T00:00:00" authority="ciso"><old-result>fail</old-result>'
        "<new-result>pass</new-result><remark>Accepted until May</remark></override>"
    )
    found = only(read(benchmark(result("pass", override))))
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, "Accepted until May")


def test_rules_that_the_profile_does_not_select_are_counted_and_left_out() -> None:
    account = read(benchmark(result(), result("notselected", rule="other"))).account
    assert (account.read, account.findings, account.skipped) == (2, 1, 1)


def test_a_run_in_which_nothing_was_tested_proves_nothing() -> None:
    assert read(benchmark(result("notapplicable"))).problems
    assert read(benchmark(result("notselected"))).problems
    assert read(benchmark()).problems


def test_a_checklist_without_results_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="without the results"):
        read(f'<Benchmark xmlns="{NAMESPACE}" id="b">{RULE}</Benchmark>')


def test_a_test_result_alone_has_the_names_of_its_rules() -> None:
    found = only(read(outcome(result(), xmlns=NAMESPACE)))
    assert (found.title, found.rule_id) == (RULE_ID, RULE_ID)


def test_instances_of_a_rule_differ_and_revisions_of_a_rule_do_not() -> None:
    first, second = (
        result(more=f'<instance context="file">{path}</instance>') for path in ("/a", "/b")
    )
    scan = read(benchmark(first, second))
    assert len(set(fingerprints(scan))) == 2
    assert scan.results[0].locations == (Location("db1.bank.example", parameter="file=/a"),)
    before = read(benchmark(result(rule="xccdf_mil.disa.stig_rule_SV-230222r1_rule")))
    after = read(benchmark(result(rule="xccdf_mil.disa.stig_rule_SV-230222r2_rule")))
    assert fingerprints(before) == fingerprints(after)
