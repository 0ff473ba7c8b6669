"""The same tool reports again: what changes, what stays, and what never happens by itself.

Real reports of several formats, changed as their tools would write them on another day, are read
by their parsers and merged into a real database. ``tests/services/test_scan_scopes.py`` says the
same of made-up findings, in more detail.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.findings import ParsedScan
from checklist_app.domain.vocabulary import EvidenceKind, FindingStatus, Outcome
from checklist_app.models import (
    ChecklistItem,
    Evidence,
    Finding,
    Remediation,
    RouteCorrection,
    ScanImport,
    Suggestion,
    SuggestionFinding,
    Waiver,
)
from checklist_app.services.clock import now, today
from checklist_app.services.corrections import correct_route
from checklist_app.services.evidence import add_evidence
from checklist_app.services.finding_rows import STATUSES
from checklist_app.services.remediation import grant_waiver, plan_remediation
from checklist_app.services.resources import Resources
from checklist_app.services.scan_merging import apply_scan
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.services.scan_reports import TOOLS, Document, Tool, parsed
from tests.statements import counted

ANY_TOOL = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)


def tools(*facts: str) -> pytest.MarkDecorator:
    """Run a test for each tool whose reports tell these facts."""
    chosen = {name: tool for name, tool in TOOLS.items() if all(getattr(tool, f) for f in facts)}
    assert len(chosen) >= 4
    return pytest.mark.parametrize("tool", chosen.values(), ids=chosen)


def bring(
    session: Session, cast: Cast, document: Document, environment: str = "main"
) -> dict[str, Any]:
    """Import a report; return its account."""
    scan: ParsedScan = parsed(document)
    alice = cast.access("alice")
    report = Evidence(kind=EvidenceKind.SCAN, title="x", file_name="x", media_type="text/plain")
    scan_import = ScanImport(
        project_id=alice.project.id,
        evidence_id=add_evidence(session, alice, None, report).id,
        account={},
        environment=environment,
        imported_by_id=alice.actor.user_id,
        created_at=now(),
    )
    session.add(scan_import)
    session.flush()
    account = apply_scan(session, scan_import, scan)
    session.expire_all()
    return account


def known(session: Session) -> dict[str, FindingStatus]:
    rows = session.execute(select(Finding.fingerprint, Finding.status))
    return {row[0]: row[1] for row in rows}


def gone(session: Session) -> set[str]:
    return {name for name, status in known(session).items() if status is FindingStatus.GONE}


def kept(document: Document) -> set[str]:
    """Return the fingerprints of what a report leads to findings."""
    return {one.fingerprint for one in parsed(document).results if one.state in STATUSES}


@ANY_TOOL
def test_the_same_file_twice_writes_no_finding_and_says_seen(
    session: Session, cast: Cast, resources: Resources, tool: Tool
) -> None:
    first = bring(session, cast, tool.report())
    with counted(resources.engine) as statements:
        again = bring(session, cast, tool.report())

    verbs = ("INSERT", "UPDATE", "DELETE")
    words = [one.split() for one in statements if one.lstrip().upper().startswith(verbs)]
    assert not [one for one in words if "finding" in one[:3] or "suggestion" in one[:3]]
    assert first["new"] == again["seen"] == len(kept(tool.report()))
    assert (again["new"], again["changed"], again["gone"], again["reopened"]) == (0, 0, 0, 0)


@ANY_TOOL
def test_a_report_of_another_environment_closes_nothing(
    session: Session, cast: Cast, tool: Tool
) -> None:
    bring(session, cast, tool.report())

    assert bring(session, cast, tool.without(0), "release")["gone"] == 0
    assert gone(session) == set()


@tools("target")
def test_a_report_of_another_target_closes_nothing(
    session: Session, cast: Cast, tool: Tool
) -> None:
    bring(session, cast, tool.report())

    assert bring(session, cast, tool.of_target("https://other.example"))["gone"] == 0
    assert gone(session) == set()


@ANY_TOOL
def test_whatever_a_report_of_the_same_scope_leaves_out_is_no_longer_reported(
    session: Session, cast: Cast, tool: Tool
) -> None:
    whole = tool.report()
    bring(session, cast, whole)
    for number in range(sum(map(len, tool.results(whole)))):
        part = tool.without(number)

        account = bring(session, cast, part)

        missing = kept(whole) - kept(part)
        assert gone(session) == missing
        assert account["gone"] == len(missing)
        assert bring(session, cast, whole)["reopened"] == len(missing)
    assert gone(session) == set()


@tools("has_lines")
def test_moved_lines_are_the_same_findings(session: Session, cast: Cast, tool: Tool) -> None:
    bring(session, cast, tool.report())

    account = bring(session, cast, tool.moved(3))

    assert (account["new"], account["gone"]) == (0, 0)


@tools("has_lines")
def test_sources_in_the_folder_of_a_build_service_are_the_same_findings(
    session: Session, cast: Cast, tool: Tool
) -> None:
    bring(session, cast, tool.report())

    account = bring(session, cast, tool.elsewhere("/github/workspace/"))

    assert (account["new"], account["gone"], account["changed"]) == (0, 0, 0)


@ANY_TOOL
def test_the_order_of_results_means_nothing(session: Session, cast: Cast, tool: Tool) -> None:
    bring(session, cast, tool.report())

    account = bring(session, cast, tool.backwards())

    assert (account["new"], account["changed"], account["gone"]) == (0, 0, 0)


@ANY_TOOL
def test_what_comes_back_is_open_again_and_the_same_row(
    session: Session, cast: Cast, tool: Tool
) -> None:
    bring(session, cast, tool.report())
    rows = dict(session.execute(select(Finding.fingerprint, Finding.id)).all())
    before = known(session)
    for number in range(sum(map(len, tool.results(tool.report())))):
        bring(session, cast, tool.without(number))
    bring(session, cast, tool.report())

    assert dict(session.execute(select(Finding.fingerprint, Finding.id)).all()) == rows
    assert known(session) == before


@tools("version")
def test_another_version_of_the_tool_finds_the_same(
    session: Session, cast: Cast, tool: Tool
) -> None:
    bring(session, cast, tool.report())

    account = bring(session, cast, tool.of_version("99.1"))

    assert (account["new"], account["changed"], account["gone"]) == (0, 0, 0)


@tools("time")
def test_an_older_report_after_a_newer_one_neither_closes_nor_reopens(
    session: Session, cast: Cast, tool: Tool
) -> None:
    whole = tool.report()
    number = next(n for n in range(99) if kept(tool.without(n)) != kept(whole))
    bring(session, cast, tool.on_day(whole, 5))
    bring(session, cast, tool.on_day(tool.without(number), 9))
    missing = kept(whole) - kept(tool.without(number))

    account = bring(session, cast, tool.on_day(whole, 7))

    assert (account["gone"], account["reopened"]) == (0, 0)
    assert gone(session) == missing
    assert bring(session, cast, tool.on_day(whole, 11))["reopened"] == len(missing)


def test_two_tools_on_one_weakness_keep_both_rows_and_suggest_one_item(
    session: Session, cast: Cast
) -> None:
    checklist = make_checklist(session, cast.access("alice"))
    for name in ("sarif", "zap"):
        bring(session, cast, TOOLS[name].report())

    wanted = item(session, cast.access("alice"), checklist, "IN-01").item.id
    (suggestion,) = session.scalars(select(Suggestion).where(Suggestion.item_id == wanted))
    behind = session.scalars(
        select(Finding.tool)
        .join(SuggestionFinding, SuggestionFinding.finding_id == Finding.id)
        .where(SuggestionFinding.suggestion_id == suggestion.id)
    ).all()
    assert {"Semgrep OSS", "ZAP"} <= set(behind)


@ANY_TOOL
def test_the_report_of_one_tool_closes_nothing_of_another(
    session: Session, cast: Cast, tool: Tool
) -> None:
    other = TOOLS["zap" if tool is not TOOLS["zap"] else "sarif"]
    bring(session, cast, other.report())
    bring(session, cast, tool.report())

    bring(session, cast, tool.without(0))

    assert not gone(session) & kept(other.report())


def test_what_people_decided_stays_whatever_is_reported(session: Session, cast: Cast) -> None:
    tool = TOOLS["sarif"]
    alice = cast.access("alice")
    checklist = make_checklist(session, alice)
    bring(session, cast, tool.report())
    opened = item(session, alice, checklist, "IN-01")
    record_verdict(
        session, opened, outcome=Outcome.FAIL, rationale="Seen", row_version=opened.item.row_version
    )
    plan_remediation(
        session,
        item(session, alice, checklist, "IN-01"),
        plan="Bind them",
        owner_id=alice.actor.user_id,
        due_on=today(),
        row_version=0,
    )
    grant_waiver(
        session,
        item(session, alice, checklist, "IN-01"),
        justification="Only inside the bank",
        expires_on=today() + timedelta(days=30),
    )
    of_rule = select(Finding.id).where(Finding.rule_id == "banking.python.tls-check-off").limit(1)
    correct_route(session, alice, session.scalars(of_rule).one(), identifier="AC-02", leads=True)

    for document in (tool.without(0), tool.without(1), tool.backwards(), tool.report()):
        bring(session, cast, document)

    decided = session.get_one(ChecklistItem, opened.item.id)
    assert decided.outcome is Outcome.FAIL
    waiver = session.scalars(select(Waiver)).one()
    assert (waiver.justification, waiver.revoked_at) == ("Only inside the bank", None)
    assert session.scalars(select(Remediation)).one().plan == "Bind them"
    assert session.scalar(select(func.count()).select_from(RouteCorrection)) == 1
