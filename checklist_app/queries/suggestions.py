"""What tools propose in a project, as a list for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Language, Outcome
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Requirement,
    RequirementText,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.item_suggestions import MILDER_THAN
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class SuggestionLine:
    """A suggestion and the item that it is for.

    Attributes:
        id: of the suggestion.
        verdict: what people have concluded there; None while nobody has.
        contradicts: whether that is milder than what tools propose.
    """

    id: int
    checklist_number: int
    identifier: str
    title: str
    outcome: Outcome
    verdict: Outcome | None
    contradicts: bool
    finding_count: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class WantedSuggestions:
    """Which suggestions are wanted; None does not ask."""

    checklist_number: int | None = None
    contradicts: bool | None = None
    undecided: bool | None = None


def suggestions_before(
    session: Session,
    access: ProjectAccess,
    language: Language,
    wanted: WantedSuggestions,
    *,
    before: int | None,
    limit: int,
) -> list[SuggestionLine]:
    """Return at most ``limit`` suggestions older than ``before``, in one query, newest first."""
    denied = _denied()
    found = (
        select(
            Suggestion,
            Checklist.number,
            Requirement.identifier,
            RequirementText.title,
            ChecklistItem.outcome,
            denied.label("contradicts"),
            _finding_count().label("finding_count"),
        )
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(RequirementText, worded(language))
        .where(Checklist.project_id == access.project.id)
        .order_by(Suggestion.id.desc())
        .limit(limit)
    )
    if before is not None:
        found = found.where(Suggestion.id < before)
    if wanted.checklist_number is not None:
        found = found.where(Checklist.number == wanted.checklist_number)
    if wanted.contradicts is not None:
        found = found.where(denied if wanted.contradicts else ~denied)
    if wanted.undecided is not None:
        is_open = ChecklistItem.outcome.is_(None)
        found = found.where(is_open if wanted.undecided else ~is_open)
    return [
        SuggestionLine(
            id=suggestion.id,
            checklist_number=number,
            identifier=identifier,
            title=title,
            outcome=suggestion.outcome,
            verdict=verdict,
            contradicts=bool(contradicts),
            finding_count=finding_count,
            updated_at=suggestion.updated_at,
        )
        for suggestion, number, identifier, title, verdict, contradicts, finding_count in (
            session.execute(found)
        )
    ]


def _denied() -> ColumnElement[bool]:
    milder = or_(
        *(
            and_(Suggestion.outcome == proposed, ChecklistItem.outcome.in_(sorted(verdicts)))
            for proposed, verdicts in MILDER_THAN.items()
        )
    )
    return and_(ChecklistItem.outcome.is_not(None), milder)


def _finding_count() -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(SuggestionFinding)
        .where(SuggestionFinding.suggestion_id == Suggestion.id)
        .scalar_subquery()
    )
