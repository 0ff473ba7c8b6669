"""People correct where a rule leads: for what is known, for what comes, and take it back."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Forbidden, InvalidInput, NotFound
from checklist_app.domain.vocabulary import Outcome
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Event,
    Finding,
    Requirement,
    RouteCorrection,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.services.corrections import correct_route, undo_correction
from tests.cast import Cast, make_checklist
from tests.services.test_scan_scopes import bring
from tests.web.stage import finding

ONE = finding("sql", 89)
OTHER = finding("sql-too", 89, path="app/other.py")
NOWHERE = finding("odd", 4242, path="app/odd.py")


@pytest.fixture(autouse=True)
def checklist(session: Session, cast: Cast) -> Checklist:
    return make_checklist(session, cast.access("alice"))


def reached(session: Session) -> set[tuple[str, str]]:
    """Return which rule speaks to which requirement."""
    rows = session.execute(
        select(Finding.rule_id, Requirement.identifier)
        .join(SuggestionFinding, SuggestionFinding.finding_id == Finding.id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
    )
    return {(rule, identifier) for rule, identifier in rows}


def known(session: Session, rule_id: str) -> Finding:
    return session.scalars(select(Finding).where(Finding.rule_id == rule_id)).one()


def test_a_rule_leads_elsewhere_at_once_and_in_later_scans(session: Session, cast: Cast) -> None:
    bring(session, cast, NOWHERE)
    bob = cast.access("bob")
    assert reached(session) == set()

    correct_route(session, bob, known(session, "odd").id, identifier="IN-01", leads=True)

    assert reached(session) == {("odd", "IN-01")}
    assert known(session, "odd").is_routed
    later = finding("odd", 4242, path="app/later.py")
    assert bring(session, cast, NOWHERE, later)["unrouted"] == 0
    paths = select(Finding.location).join(SuggestionFinding)
    assert set(session.scalars(paths)) == {"app/odd.py:12", "app/later.py:12"}


def test_a_route_taken_away_stays_away_and_others_stay(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, OTHER)
    before = reached(session)
    assert ("sql", "IN-01") in before

    correct_route(
        session, cast.access("bob"), known(session, "sql").id, identifier="IN-01", leads=False
    )

    assert reached(session) == before - {("sql", "IN-01")}
    bring(session, cast, ONE, OTHER)
    assert reached(session) == before - {("sql", "IN-01")}


def test_what_is_undone_leads_where_the_library_says(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, NOWHERE)
    bob, before = cast.access("bob"), reached(session)
    for rule, leads in (("sql", False), ("odd", True)):
        id_ = known(session, rule).id
        correct_route(session, bob, id_, identifier="IN-01", leads=leads)
        assert reached(session) != before
        correction = session.scalars(select(RouteCorrection)).one()
        undo_correction(session, bob, id_, correction.id)
        assert reached(session) == before

    assert not known(session, "odd").is_routed
    names = session.scalars(select(Event.name).where(Event.name.like("project:route:%")))
    assert sorted(names) == ["project:route:correct"] * 2 + ["project:route:undo"] * 2


def test_saying_the_opposite_replaces_what_was_said(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE)
    bob, id_ = cast.access("bob"), known(session, "sql").id
    correct_route(session, bob, id_, identifier="IN-01", leads=False)
    correct_route(session, bob, id_, identifier="IN-01", leads=True)

    assert [row.leads for row in session.scalars(select(RouteCorrection))] == [True]
    assert ("sql", "IN-01") in reached(session)


def test_a_suggestion_that_lost_its_worst_finding_says_less(session: Session, cast: Cast) -> None:
    bring(session, cast, NOWHERE, ONE)
    outcome = (
        select(Suggestion.outcome)
        .join(ChecklistItem)
        .join(Requirement)
        .where(Requirement.identifier == "IN-01")
    )
    bob = cast.access("bob")
    correct_route(session, bob, known(session, "odd").id, identifier="IN-01", leads=True)
    known(session, "odd").severity_rank = 5
    session.flush()
    assert session.scalar(outcome) is Outcome.FAIL

    correct_route(session, bob, known(session, "sql").id, identifier="IN-01", leads=False)

    session.expire_all()
    assert session.scalar(outcome) is Outcome.PARTIAL


def test_only_what_a_checklist_has_can_be_led_to(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE)
    id_ = known(session, "sql").id
    for identifier in ("", "in-01", "NO-99", "x" * 500):
        with pytest.raises(InvalidInput):
            correct_route(session, cast.access("bob"), id_, identifier=identifier, leads=True)


def test_who_may_not_and_who_is_elsewhere_correct_nothing(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE)
    id_ = known(session, "sql").id
    with pytest.raises(Forbidden):
        correct_route(session, cast.access("carla"), id_, identifier="IN-01", leads=False)
    with pytest.raises(NotFound):
        correct_route(session, cast.access("bob"), id_ + 999, identifier="IN-01", leads=False)
    with pytest.raises(NotFound):
        undo_correction(session, cast.access("bob"), id_, 999)
