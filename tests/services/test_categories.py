"""The tag of a whole category leads weakly, and only where nothing more exact does."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Confidence, Outcome
from checklist_app.models import (
    ChecklistItem,
    Requirement,
    Standard,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.services.checklists import start_checklist
from checklist_app.services.standards import load_standard
from tests.cast import Cast
from tests.library import standard
from tests.services.test_scan_scopes import bring
from tests.web.stage import finding

TAG = "owasp-kitchen-2026:IN"


def start(session: Session, cast: Cast) -> None:
    """Start a checklist over a list whose section IN is named by a tag."""
    made = standard()
    first, *others = made.sections
    load_standard(
        session,
        replace(made, key="owasp-kitchen", sections=(replace(first, tags=(TAG,)), *others)),
    )
    edition = session.query(Standard).filter_by(key="owasp-kitchen").one()
    start_checklist(session, cast.access("alice"), standard_id=edition.id, name="Cocina")


def reached(session: Session) -> dict[str, tuple[Outcome, Confidence]]:
    rows = session.execute(
        select(Requirement.identifier, Suggestion.outcome, SuggestionFinding.confidence)
        .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
        .join(Suggestion, Suggestion.item_id == ChecklistItem.id)
        .join(SuggestionFinding, SuggestionFinding.suggestion_id == Suggestion.id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def test_a_finding_that_names_only_the_category_asks_to_look_at_all_of_it(
    session: Session, cast: Cast
) -> None:
    start(session, cast)

    bring(session, cast, replace(finding("odd", 4242), tags=(TAG,)))

    weak = (Outcome.PARTIAL, Confidence.WEAK)
    assert reached(session) == {"IN-01": weak, "IN-02": weak, "IN-03": weak}


def test_a_tag_of_a_list_of_ten_is_a_category_on_a_single_requirement_too(
    session: Session, cast: Cast
) -> None:
    made = standard()
    first, *others = made.sections
    tagged = replace(first.requirements[2], tags=("owasp-top10-2021:A03",))
    section = replace(first, requirements=(*first.requirements[:2], tagged))
    load_standard(session, replace(made, key="owasp-kitchen", sections=(section, *others)))
    edition = session.query(Standard).filter_by(key="owasp-kitchen").one()
    start_checklist(session, cast.access("alice"), standard_id=edition.id, name="Cocina")

    exact, vague = (
        replace(finding(rule, cwe), tags=("owasp-top10-2021:A03",))
        for rule, cwe in (("xss", 79), ("odd", 4242))
    )
    bring(session, cast, exact)
    assert set(reached(session)) == {"IN-02"}

    bring(session, cast, exact, vague)
    assert set(reached(session)) == {"IN-02", "IN-03"}


def test_a_finding_that_names_a_weakness_too_goes_there_alone(session: Session, cast: Cast) -> None:
    start(session, cast)

    bring(session, cast, replace(finding("sql", 89), tags=(TAG,)))

    assert reached(session) == {"IN-01": (Outcome.FAIL, Confidence.STRONG)}
