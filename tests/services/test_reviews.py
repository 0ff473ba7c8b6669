"""Four eyes: nobody accepts their own verdict, and nobody alone accepts and signs everything."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict, Forbidden, InvalidInput
from checklist_app.domain.vocabulary import Outcome, ReviewStage
from checklist_app.models import Checklist, ChecklistItem, Event, VerdictReview
from checklist_app.queries.items import item_page
from checklist_app.services.checklists import sign_off
from checklist_app.services.clock import today
from checklist_app.services.reviews import review_verdict, set_four_eyes
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist

ACCEPTED, SENT_BACK = ReviewStage.ACCEPTED, ReviewStage.SENT_BACK


@pytest.fixture
def checklist(session: Session, cast: Cast) -> Checklist:
    """A checklist in a project that asks for a second person."""
    set_four_eyes(session, cast.access("alice"), wanted=True)
    return make_checklist(session, cast.access("alice"))


def judge(session: Session, cast: Cast, checklist: Checklist, name: str, identifier: str) -> None:
    opened = item(session, cast.access(name), checklist, identifier)
    record_verdict(
        session,
        opened,
        outcome=Outcome.FAIL,
        rationale="Seen",
        row_version=opened.item.row_version,
    )


def review(
    session: Session,
    cast: Cast,
    checklist: Checklist,
    name: str,
    decision: ReviewStage = ACCEPTED,
    *,
    identifier: str = "IN-01",
    number: int = 1,
    comment: str = "",
) -> VerdictReview:
    opened = item(session, cast.access(name), checklist, identifier)
    return review_verdict(session, opened, number=number, decision=decision, comment=comment)


def stage(session: Session, cast: Cast, checklist: Checklist) -> ReviewStage | None:
    return item(session, cast.access("alice"), checklist, "IN-01").item.review_stage


def test_a_verdict_waits_until_somebody_else_accepts_it(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    judge(session, cast, checklist, "bob", "IN-01")
    assert stage(session, cast, checklist) is ReviewStage.WAITING
    with pytest.raises(Forbidden):
        review(session, cast, checklist, "bob")
    with pytest.raises(Forbidden):
        review(session, cast, checklist, "carla")
    review(session, cast, checklist, "martha", comment="I looked too")
    page = item_page(session, item(session, cast.access("bob"), checklist, "IN-01"), "en", today())  # type: ignore[arg-type]
    assert page.verdict is not None
    assert page.verdict.review is not None
    assert (page.verdict.review.reviewer, page.verdict.review.comment) == ("Martha", "I looked too")
    assert page.is_own_verdict
    with pytest.raises(Conflict):
        review(session, cast, checklist, "alice")
    names = [row.name for row in session.query(Event).order_by(Event.id)]
    assert names[-1] == "project:verdict:accept"


def test_what_is_sent_back_says_why_and_a_new_verdict_waits_again(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    judge(session, cast, checklist, "bob", "IN-01")
    with pytest.raises(InvalidInput):
        review(session, cast, checklist, "martha", SENT_BACK)
    review(session, cast, checklist, "martha", SENT_BACK, comment="Which host?")
    assert stage(session, cast, checklist) is SENT_BACK
    judge(session, cast, checklist, "bob", "IN-01")
    assert stage(session, cast, checklist) is ReviewStage.WAITING
    with pytest.raises(Conflict):
        review(session, cast, checklist, "martha", number=1)
    review(session, cast, checklist, "martha", number=2)


def test_without_the_policy_nobody_is_asked(session: Session, cast: Cast) -> None:
    checklist = make_checklist(session, cast.access("alice"))
    judge(session, cast, checklist, "bob", "IN-01")
    assert stage(session, cast, checklist) is None
    with pytest.raises(Conflict):
        review(session, cast, checklist, "martha")
    set_four_eyes(session, cast.access("alice"), wanted=True)
    session.expire_all()
    assert stage(session, cast, checklist) is ReviewStage.WAITING
    with pytest.raises(Forbidden):
        set_four_eyes(session, cast.access("martha"), wanted=False)


def test_signing_waits_for_a_second_person_and_is_not_theirs_alone(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    identifiers = [
        row.requirement.identifier
        for row in session.query(ChecklistItem).filter_by(checklist_id=checklist.id)
    ]
    for identifier in identifiers:
        judge(session, cast, checklist, "bob", identifier)
    for identifier in identifiers[1:]:
        review(session, cast, checklist, "martha", identifier=identifier)
    signing = {"statement": "So it is", "left_reasons": {}}
    with pytest.raises(Conflict, match=identifiers[0]):
        sign_off(session, cast.access("alice"), checklist, **signing)  # type: ignore[arg-type]
    review(session, cast, checklist, "martha", identifier=identifiers[0])
    with pytest.raises(Conflict, match="yourself"):
        sign_off(session, cast.access("martha"), checklist, **signing)  # type: ignore[arg-type]
    assert sign_off(session, cast.access("alice"), checklist, **signing).id  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        review(session, cast, checklist, "alice")


def test_a_review_is_never_changed(session: Session, cast: Cast, checklist: Checklist) -> None:
    judge(session, cast, checklist, "bob", "IN-01")
    said = review(session, cast, checklist, "martha")
    said.comment = "something else"
    with pytest.raises(DBAPIError, match="append-only"):
        session.flush()
