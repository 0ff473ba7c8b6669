"""The rows that the gate is judged by, each kind in one query for all of its checklists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Language, Outcome, ReviewStage
from checklist_app.models import (
    ChecklistItem,
    Evidence,
    EvidenceLink,
    Requirement,
    RequirementText,
    Suggestion,
    SuggestionFinding,
    Waiver,
)
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item with what its requirement says of itself."""

    id: int
    checklist_id: int
    outcome: Outcome | None
    review_stage: ReviewStage | None
    needs_review: bool
    identifier: str
    level: int | None
    title: str


@dataclass(frozen=True, slots=True)
class Lead:
    """A requirement that a finding leads to."""

    checklist_id: int
    identifier: str
    title: str


def item_lines(session: Session, checklists: list[int], language: Language) -> list[ItemLine]:
    """Return the items of checklists, in order."""
    rows = session.execute(
        select(
            ChecklistItem.id,
            ChecklistItem.checklist_id,
            ChecklistItem.outcome,
            ChecklistItem.review_stage,
            ChecklistItem.needs_review,
            Requirement.identifier,
            Requirement.level,
            RequirementText.title,
        )
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(RequirementText, worded(language))
        .where(ChecklistItem.checklist_id.in_(checklists))
        .order_by(ChecklistItem.checklist_id, ChecklistItem.position)
    )
    return [ItemLine(*row) for row in rows]


def waivers(session: Session, checklists: list[int], moment: datetime) -> dict[int, date]:
    """Return the last day of the waivers in force, by item."""
    rows = session.execute(
        select(Waiver.item_id, func.max(Waiver.expires_on).label("last"))
        .join(ChecklistItem, ChecklistItem.id == Waiver.item_id)
        .where(
            ChecklistItem.checklist_id.in_(checklists),
            Waiver.revoked_at.is_(None),
            Waiver.expires_on >= moment.date(),
        )
        .group_by(Waiver.item_id)
    )
    return {row.item_id: row.last for row in rows}


def evidence(
    session: Session, checklists: list[int], moment: datetime
) -> dict[int, tuple[datetime, bool]]:
    """Return, by item, when its newest evidence was collected, and whether any has not expired."""
    rows = session.execute(
        select(EvidenceLink.item_id, Evidence.collected_at, Evidence.expires_at)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .join(ChecklistItem, ChecklistItem.id == EvidenceLink.item_id)
        .where(ChecklistItem.checklist_id.in_(checklists))
    )
    found: dict[int, tuple[datetime, bool]] = {}
    for item_id, collected_at, expires_at in rows:
        holds = expires_at is None or expires_at > moment
        newest, any_holds = found.get(item_id, (collected_at, False))
        found[item_id] = (max(newest, collected_at), any_holds or holds)
    return found


def leads(session: Session, checklists: list[int], language: Language) -> dict[int, Lead]:
    """Return, by finding, the first requirement that it leads to."""
    rows = session.execute(
        select(
            SuggestionFinding.finding_id,
            ChecklistItem.checklist_id,
            Requirement.identifier,
            RequirementText.title,
        )
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(RequirementText, worded(language))
        .where(ChecklistItem.checklist_id.in_(checklists))
        .order_by(ChecklistItem.checklist_id.desc(), ChecklistItem.position.desc())
    )
    return {row.finding_id: Lead(row.checklist_id, row.identifier, row.title) for row in rows}
