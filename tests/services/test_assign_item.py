"""Giving items to people."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Forbidden, InvalidInput
from checklist_app.domain.vocabulary import Language, Outcome
from checklist_app.queries.my_work import my_items
from checklist_app.services.assignments import assign_item
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist


def test_an_assigned_item_waits_on_the_first_page_until_it_is_assessed(
    session: Session, cast: Cast
) -> None:
    checklist = make_checklist(session, cast.access("alice"))
    opened = item(session, cast.access("alice"), checklist, "IN-01")
    assign_item(session, opened, assignee_id=cast.bob.user_id, due_on=date(2030, 1, 1))
    waiting = my_items(session, cast.bob, Language.ES)
    assert [found.identifier for found in waiting] == ["IN-01"]
    record_verdict(
        session,
        item(session, cast.access("bob"), checklist, "IN-01"),
        outcome=Outcome.FAIL,
        rationale="Concatenated",
        row_version=opened.item.row_version,
    )
    assert my_items(session, cast.bob, Language.ES) == []


def test_assigning_does_not_disturb_who_is_writing_a_verdict(session: Session, cast: Cast) -> None:
    checklist = make_checklist(session, cast.access("alice"))
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    read = opened.item.row_version
    assign_item(session, opened, assignee_id=cast.bob.user_id, due_on=None)
    record_verdict(
        session, opened, outcome=Outcome.FAIL, rationale="Concatenated", row_version=read
    )


def test_only_members_can_have_items_and_only_reviewers_give_them(
    session: Session, cast: Cast
) -> None:
    checklist = make_checklist(session, cast.access("alice"))
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    with pytest.raises(InvalidInput):
        assign_item(session, opened, assignee_id=cast.charlie.user_id, due_on=None)
    theirs = item(session, cast.access("vera"), checklist, "IN-01")
    with pytest.raises(Forbidden):
        assign_item(session, theirs, assignee_id=None, due_on=None)


def test_the_next_round_names_the_one_before(session: Session, cast: Cast) -> None:
    first = make_checklist(session, cast.access("alice"))
    second = make_checklist(session, cast.access("alice"), "Ronda 2")
    assert (first.predecessor_id, second.predecessor_id) == (None, first.id)
