"""Four eyes hold however a verdict comes to be: a second person accepts it, then it is signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict
from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import Tailoring
from checklist_app.domain.vocabulary import Language, Outcome, ReviewStage
from checklist_app.models import Checklist, ChecklistItem, Requirement, Standard
from checklist_app.services.acceptance import accept_suggestion
from checklist_app.services.checklists import sign_off, start_checklist
from checklist_app.services.exclusions import confirm_exclusions
from checklist_app.services.reviews import review_verdict, set_four_eyes
from checklist_app.services.rounds import NextRound, start_round
from checklist_app.services.standards import load_standard
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.library import standard
from tests.services.test_scan_scopes import bring
from tests.web.stage import finding

Way = Callable[[Session, Cast], Checklist]


def recorded(session: Session, cast: Cast) -> Checklist:
    checklist = make_checklist(session, cast.access("alice"))
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    record_verdict(session, opened, outcome=Outcome.FAIL, rationale="Seen", row_version=1)
    return checklist


def suggestion_accepted(session: Session, cast: Cast) -> Checklist:
    checklist = make_checklist(session, cast.access("alice"))
    bring(session, cast, finding("sql", 89))
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    accept_suggestion(session, opened, row_version=opened.item.row_version)
    return checklist


def exclusion_confirmed(session: Session, cast: Cast) -> Checklist:
    edition = standard("1.1")
    first, second = edition.sections
    rtc = tuple(replace(one, features=(Feature.WEBRTC,)) for one in first.requirements[:2])
    sections = (replace(first, requirements=(*rtc, *first.requirements[2:])), second)
    load_standard(session, replace(edition, sections=sections))
    tailored = session.scalars(select(Standard).where(Standard.version == "1.1")).one()
    checklist = start_checklist(
        session,
        cast.access("alice"),
        standard_id=tailored.id,
        name="A medida",
        tailoring=Tailoring(features=frozenset({Feature.WEB})),
    )
    wanted = ("IN-01", "IN-02")
    confirmed = confirm_exclusions(
        session, cast.access("bob"), checklist, identifiers=wanted, language=Language.EN
    )
    assert confirmed == len(wanted)
    return checklist


def carried_over(session: Session, cast: Cast) -> Checklist:
    previous = recorded(session, cast)
    wanted = NextRound(
        standard_id=previous.standard_id,
        name="Ronda 2",
        tailoring=Tailoring(),
        carry_verdicts=True,
    )
    return start_round(session, cast.access("alice"), previous, wanted)


@pytest.mark.parametrize(
    "way",
    [recorded, suggestion_accepted, exclusion_confirmed, carried_over],
    ids=lambda w: w.__name__,
)
def test_a_second_person_accepts_it_and_then_it_is_signed(
    session: Session, cast: Cast, way: Way
) -> None:
    set_four_eyes(session, cast.access("alice"), wanted=True)
    checklist = way(session, cast)
    session.expire_all()
    rows = session.execute(
        select(ChecklistItem, Requirement.identifier)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(ChecklistItem.checklist_id == checklist.id)
    ).all()
    judged = [identifier for row, identifier in rows if row.outcome is not None]
    assert judged
    assert {row.review_stage for row, _ in rows if row.outcome} == {ReviewStage.WAITING}
    left = {identifier: "Not looked at" for _, identifier in rows if identifier not in judged}
    signing = {"statement": "So it is", "left_reasons": left}
    with pytest.raises(Conflict, match="second person"):
        sign_off(session, cast.access("alice"), checklist, **signing)  # type: ignore[arg-type]

    for identifier in judged:
        opened = item(session, cast.access("martha"), checklist, identifier)
        review_verdict(session, opened, number=1, decision=ReviewStage.ACCEPTED, comment="")

    assert sign_off(session, cast.access("alice"), checklist, **signing).id  # type: ignore[arg-type]


def test_a_verdict_saved_without_a_stage_can_be_accepted_all_the_same(
    session: Session, cast: Cast
) -> None:
    """It was saved just before four eyes were asked for, by somebody who did not see that yet."""
    set_four_eyes(session, cast.access("alice"), wanted=True)
    checklist = recorded(session, cast)
    item(session, cast.access("bob"), checklist, "IN-01").item.review_stage = None
    session.flush()

    opened = item(session, cast.access("martha"), checklist, "IN-01")
    review_verdict(session, opened, number=1, decision=ReviewStage.ACCEPTED, comment="")

    assert opened.item.review_stage is ReviewStage.ACCEPTED
