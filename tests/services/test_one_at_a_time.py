"""An item is judged, waived and relieved of evidence by one at a time, as it is at that moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict
from checklist_app.domain.vocabulary import Outcome
from checklist_app.models import ChecklistItem, EvidenceLink, Waiver
from checklist_app.queries.access import ItemAccess
from checklist_app.services.clock import now, today
from checklist_app.services.evidence import attach_note, unlink_evidence
from checklist_app.services.remediation import grant_waiver, plan_remediation, revoke_waiver
from checklist_app.services.resources import Resources
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.locks import is_held, on_mariadb

NEXT_WEEK = today() + timedelta(days=7)


def conclude(session: Session, opened: ItemAccess, outcome: Outcome) -> None:
    version = session.scalar(
        select(ChecklistItem.row_version).where(ChecklistItem.id == opened.item.id)
    )
    record_verdict(session, opened, outcome=outcome, rationale="Seen", row_version=version or 0)


def grant(session: Session, opened: ItemAccess) -> None:
    grant_waiver(session, opened, justification="Until the next release", expires_on=NEXT_WEEK)


def plan(session: Session, opened: ItemAccess) -> None:
    owner_id = opened.actor.user_id
    plan_remediation(
        session, opened, plan="Bind them", owner_id=owner_id, due_on=NEXT_WEEK, row_version=0
    )


def unlink(session: Session, opened: ItemAccess) -> None:
    evidence_id = session.scalars(
        select(EvidenceLink.evidence_id).where(EvidenceLink.item_id == opened.item.id).limit(1)
    ).one()
    unlink_evidence(session, opened, evidence_id)


ACTIONS: dict[str, Callable[[Session, ItemAccess], None]] = {
    "grant": grant,
    "revoke": revoke_waiver,
    "plan": plan,
    "unlink": unlink,
}


@pytest.fixture
def opened(session: Session, cast: Cast) -> ItemAccess:
    """Open an item that fails, with one note as evidence."""
    alice = cast.access("alice")
    found = item(session, alice, make_checklist(session, alice), "IN-01")
    attach_note(session, alice, found, note="Seen", title="")
    conclude(session, found, Outcome.FAIL)
    session.commit()
    return found


@pytest.mark.parametrize("action", ["grant", "plan", "unlink"])
def test_a_verdict_that_came_between_is_seen(
    session: Session, resources: Resources, opened: ItemAccess, action: str
) -> None:
    with resources.reading_session() as early:
        seen = item(early, opened.project, early.merge(opened.checklist), "IN-01")
        early.commit()
        conclude(session, opened, Outcome.PASS)
        session.commit()
        with pytest.raises(Conflict):
            ACTIONS[action](early, seen)


def test_revoking_leaves_no_waiver_in_force(session: Session, opened: ItemAccess) -> None:
    for justification in ("one click", "the other"):
        session.add(
            Waiver(
                item_id=opened.item.id,
                justification=justification,
                approved_by_id=opened.actor.user_id,
                expires_on=NEXT_WEEK,
                created_at=now(),
            )
        )
    revoke_waiver(session, opened)
    session.commit()
    assert session.scalars(select(Waiver).where(Waiver.revoked_at.is_(None))).all() == []


@on_mariadb
@pytest.mark.parametrize("action", ACTIONS)
def test_whoever_comes_second_waits_for_the_first(
    session: Session, resources: Resources, opened: ItemAccess, action: str
) -> None:
    if action == "revoke":
        grant(session, opened)
        session.commit()
    assert not is_held(resources, opened.item)
    ACTIONS[action](session, opened)
    assert is_held(resources, opened.item)
