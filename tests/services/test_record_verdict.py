"""Recording verdicts."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict, Forbidden, InvalidInput, StaleWrite
from checklist_app.domain.vocabulary import Outcome
from checklist_app.models import Event, Verdict
from checklist_app.queries.access import ItemAccess
from checklist_app.services.checklists import sign_off
from checklist_app.services.evidence import attach_note
from checklist_app.services.resources import Resources
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist


@pytest.fixture
def opened(session: Session, cast: Cast) -> ItemAccess:
    """An unassessed item, as Bob sees it."""
    checklist = make_checklist(session, cast.access("alice"))
    session.commit()
    return item(session, cast.access("bob"), checklist, "IN-01")


def record(session: Session, opened: ItemAccess, outcome: str, rationale: str = "") -> Verdict:
    return record_verdict(
        session,
        opened,
        outcome=Outcome(outcome),
        rationale=rationale,
        row_version=opened.item.row_version,
    )


def test_a_pass_needs_evidence(session: Session, opened: ItemAccess) -> None:
    with pytest.raises(InvalidInput) as refused:
        record(session, opened, "pass", "Looks fine")
    assert refused.value.field == "evidence"
    assert opened.item.outcome is None
    attach_note(session, opened.project, opened, note="Seen in the code", title="")
    assert record(session, opened, "pass").number == 1


@pytest.mark.parametrize("outcome", ["partial", "not_applicable", "fail"])
def test_other_outcomes_need_a_reason(session: Session, opened: ItemAccess, outcome: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        record(session, opened, outcome, "  ")
    assert refused.value.field == "rationale"
    assert record(session, opened, outcome, "Because").outcome == outcome


def test_every_verdict_is_kept_and_leaves_an_event(session: Session, opened: ItemAccess) -> None:
    record(session, opened, "fail", "Concatenated")
    record(session, opened, "partial", "Half of it mended")
    session.commit()
    kept = session.scalars(select(Verdict).order_by(Verdict.number)).all()
    assert [(v.number, v.outcome) for v in kept] == [(1, "fail"), (2, "partial")]
    events = session.scalars(select(Event).where(Event.name == "project:verdict:record")).all()
    assert [(e.target, e.details["before"]) for e in events] == [
        ("1/IN-01", None),
        ("1/IN-01", "fail"),
    ]


def test_the_database_itself_refuses_to_change_a_verdict(
    session: Session, opened: ItemAccess
) -> None:
    verdict = record(session, opened, "fail", "Concatenated")
    session.commit()
    verdict.rationale = "Never said"
    with pytest.raises(DatabaseError, match="append-only"):
        session.commit()


def test_of_two_who_read_the_same_row_the_second_is_told(
    session: Session, opened: ItemAccess, resources: Resources
) -> None:
    read = opened.item.row_version
    record(session, opened, "fail", "First")
    session.commit()
    with resources.sessions() as other:
        theirs = item(other, opened.project, opened.checklist, "IN-01")
        with pytest.raises(StaleWrite) as stale:
            record_verdict(
                other, theirs, outcome=Outcome.PARTIAL, rationale="Second", row_version=read
            )
    assert stale.value.current["rationale"] == "First"
    assert stale.value.submitted["rationale"] == "Second"


def test_a_viewer_and_a_contributor_record_nothing(
    session: Session, cast: Cast, opened: ItemAccess
) -> None:
    for name in ("vera", "carla"):
        theirs = item(session, cast.access(name), opened.checklist, "IN-01")
        with pytest.raises(Forbidden):
            record(session, theirs, "fail", "No")


def test_a_signed_off_checklist_is_frozen(session: Session, cast: Cast, opened: ItemAccess) -> None:
    reasons = dict.fromkeys(("IN-01", "IN-02", "IN-03", "AC-01", "AC-02"), "Out of scope")
    sign_off(
        session,
        cast.access("alice"),
        opened.checklist,
        statement="I sign",
        left_reasons=reasons,
    )
    with pytest.raises(Conflict):
        record(session, opened, "fail", "Too late")


def test_sign_off_names_what_is_neither_assessed_nor_left(
    session: Session, cast: Cast, opened: ItemAccess
) -> None:
    with pytest.raises(InvalidInput, match="5 items") as refused:
        sign_off(session, cast.access("alice"), opened.checklist, statement="I", left_reasons={})
    assert "IN-01" in str(refused.value)
