"""What a newer report of the same scope does to earlier findings, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.findings import ParsedFinding, ParsedScan
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import EvidenceKind, FindingStatus, Outcome
from checklist_app.models import ChecklistItem, Evidence, Finding, ScanImport, Suggestion
from checklist_app.services.clock import now
from checklist_app.services.evidence import add_evidence
from checklist_app.services.resources import Resources
from checklist_app.services.scan_merging import apply_scan
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.statements import counted
from tests.web.stage import finding, scan

ONE, TWO, THREE = (finding(f"rule-{n}", 89, path=f"app/{n}.py") for n in (1, 2, 3))
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def bring(
    session: Session,
    cast: Cast,
    *findings: ParsedFinding,
    environment: str = "main",
    **changes: Any,
) -> dict[str, Any]:
    """Import a report of these findings; return the account."""
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
    parsed: ParsedScan = replace(scan(*findings), **changes)
    account = apply_scan(session, scan_import, parsed)
    session.expire_all()
    return account


def states(session: Session) -> dict[str, FindingStatus]:
    rows = session.execute(select(Finding.rule_id, Finding.status).order_by(Finding.rule_id))
    return {row[0]: row[1] for row in rows}


def test_what_the_next_report_leaves_out_is_no_longer_reported(
    session: Session, cast: Cast
) -> None:
    bring(session, cast, ONE, TWO)

    account = bring(session, cast, ONE, THREE)

    assert (account["new"], account["seen"], account["gone"]) == (1, 1, 1)
    assert states(session) == {
        "rule-1": FindingStatus.OPEN,
        "rule-2": FindingStatus.GONE,
        "rule-3": FindingStatus.OPEN,
    }


def test_what_comes_back_is_open_again(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO)
    bring(session, cast, ONE)

    account = bring(session, cast, ONE, TWO)

    assert (account["reopened"], account["seen"], account["new"]) == (1, 1, 0)
    assert set(states(session).values()) == {FindingStatus.OPEN}


def test_the_same_report_twice_writes_nothing_to_findings(
    session: Session, cast: Cast, resources: Resources
) -> None:
    bring(session, cast, ONE, TWO)
    with counted(resources.engine) as statements:
        account = bring(session, cast, ONE, TWO)

    written = [
        one
        for one in statements
        if one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")) and "finding" in one
    ]
    assert written == []
    assert (account["new"], account["seen"], account["gone"]) == (0, 2, 0)


@pytest.mark.parametrize("other", [{"environment": "release"}, {"target": "elsewhere"}])
def test_a_report_of_another_scope_closes_nothing(
    session: Session, cast: Cast, other: dict[str, Any]
) -> None:
    bring(session, cast, ONE, TWO)

    account = bring(session, cast, ONE, **other)

    assert account["gone"] == 0
    assert set(states(session).values()) == {FindingStatus.OPEN}


def test_a_finding_of_two_scopes_is_gone_when_neither_reports_it(
    session: Session, cast: Cast
) -> None:
    bring(session, cast, ONE, TWO)
    bring(session, cast, ONE, TWO, environment="release")

    first = bring(session, cast, ONE)
    second = bring(session, cast, ONE, environment="release")

    assert (first["gone"], second["gone"]) == (0, 1)


def test_a_scan_that_failed_closes_nothing(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO)

    account = bring(session, cast, ONE, problems=(text("The scan was aborted."),))

    assert account["gone"] == 0


def test_a_report_that_names_no_scope_closes_nothing(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO, environment="", target="")

    account = bring(session, cast, ONE, environment="", target="")

    assert account["gone"] == 0


def test_an_older_report_neither_closes_nor_reopens(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO, started_at=MONDAY)
    bring(session, cast, ONE, THREE, started_at=MONDAY + timedelta(days=2))

    account = bring(session, cast, ONE, TWO, started_at=MONDAY + timedelta(days=1))

    assert (account["gone"], account["reopened"]) == (0, 0)
    assert states(session)["rule-2"] is FindingStatus.GONE
    assert states(session)["rule-3"] is FindingStatus.OPEN


def test_moved_lines_and_another_order_change_nothing_but_places(
    session: Session, cast: Cast
) -> None:
    bring(session, cast, ONE, TWO)
    place = replace(ONE.locations[0], line=90)

    account = bring(session, cast, TWO, replace(ONE, locations=(place,)))

    assert (account["new"], account["changed"], account["gone"]) == (0, 1, 0)


def test_another_version_of_the_tool_is_the_same_scope(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO)

    assert bring(session, cast, ONE, tool_version="2.0")["gone"] == 1


def test_a_verdict_stays_and_the_suggestion_goes_with_what_is_gone(
    session: Session, cast: Cast
) -> None:
    alice = cast.access("alice")
    checklist = make_checklist(session, alice)
    bring(session, cast, ONE)
    opened = item(session, alice, checklist, "IN-01")
    record_verdict(
        session,
        opened,
        outcome=Outcome.FAIL,
        rationale="Seen",
        row_version=opened.item.row_version,
    )
    assert session.scalars(select(Suggestion)).all()

    bring(session, cast)

    assert session.scalars(select(Suggestion)).all() == []
    kept = session.get_one(ChecklistItem, opened.item.id)
    assert kept.outcome is Outcome.FAIL
