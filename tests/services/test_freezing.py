"""A signed-off checklist is closed also for those who had it open before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict
from checklist_app.domain.vocabulary import Outcome
from checklist_app.models import Evidence, Verdict
from checklist_app.queries.access import ItemAccess
from checklist_app.services.checklists import sign_off
from checklist_app.services.evidence import attach_note, link_evidence, unlink_evidence
from checklist_app.services.resources import Resources
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist

ITEMS = ("IN-01", "IN-02", "IN-03", "AC-01", "AC-02")


def late_verdict(session: Session, opened: ItemAccess, _evidence_id: int) -> None:
    record_verdict(session, opened, outcome=Outcome.FAIL, rationale="x", row_version=2)


def late_note(session: Session, opened: ItemAccess, _evidence_id: int) -> None:
    attach_note(session, opened.project, opened, note="Late", title="")


def late_link(session: Session, opened: ItemAccess, evidence_id: int) -> None:
    second = item(session, opened.project, opened.checklist, "IN-02")
    link_evidence(session, second, evidence_id)


def late_sign_off(session: Session, opened: ItemAccess, _evidence_id: int) -> None:
    reasons = dict.fromkeys(ITEMS, "Again")
    sign_off(session, opened.project, opened.checklist, statement="Mine", left_reasons=reasons)


ACTIONS: dict[str, Callable[[Session, ItemAccess, int], None]] = {
    "verdict": late_verdict,
    "note": late_note,
    "link": late_link,
    "unlink": unlink_evidence,
    "sign off": late_sign_off,
}


@pytest.mark.parametrize("action", ACTIONS)
def test_what_was_read_before_the_sign_off_cannot_be_changed_after_it(
    session: Session, resources: Resources, cast: Cast, action: str
) -> None:
    alice = cast.access("alice")
    checklist = make_checklist(session, alice)
    first = item(session, alice, checklist, "IN-01")
    note = attach_note(session, alice, first, note="Seen", title="")
    session.commit()
    with resources.reading_session() as early:
        opened = item(early, alice, early.merge(checklist), "IN-01")
        early.commit()
        sign_off(
            session,
            alice,
            checklist,
            statement="I sign",
            left_reasons=dict.fromkeys(ITEMS, "Out of scope"),
        )
        session.commit()
        with pytest.raises(Conflict):
            ACTIONS[action](early, opened, note.id)
        early.rollback()
    assert session.query(Verdict).count() == 0
    assert session.query(Evidence).count() == 1
