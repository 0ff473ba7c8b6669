"""What an earlier round said of the requirement that an item continues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Change, Language, Outcome
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    ItemOrigin,
    Requirement,
    RequirementText,
    Standard,
    User,
    Verdict,
)
from checklist_app.queries.access import ItemAccess
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class OriginView:
    """An item of an earlier round; without a verdict, outcome and what follows are empty.

    ``rationale`` is Markdown.
    """

    checklist_number: int
    checklist_name: str
    standard_version: str
    identifier: str
    title: str
    statement: str
    change: Change
    outcome: Outcome | None
    rationale: str
    author: str
    recorded_at: datetime | None


def origins_of_item(session: Session, opened: ItemAccess, language: Language) -> list[OriginView]:
    """Return the items that this one continues; no query where there was no earlier round."""
    if opened.checklist.predecessor_id is None:
        return []
    rows = session.execute(
        select(
            Checklist.number,
            Checklist.name,
            Standard.version,
            Requirement.identifier,
            RequirementText.title,
            RequirementText.statement,
            ItemOrigin.change,
            ChecklistItem.outcome,
            Verdict.rationale,
            User.name,
            Verdict.recorded_at,
        )
        .select_from(ItemOrigin)
        .join(ChecklistItem, ChecklistItem.id == ItemOrigin.from_item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Standard, Standard.id == Checklist.standard_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(RequirementText, worded(language))
        .outerjoin(
            Verdict,
            and_(
                Verdict.item_id == ChecklistItem.id,
                Verdict.number == ChecklistItem.verdict_number,
            ),
        )
        .outerjoin(User, User.id == Verdict.author_id)
        .where(ItemOrigin.item_id == opened.item.id)
        .order_by(ChecklistItem.position)
    )
    return [
        OriginView(*row[:8], rationale=row[8] or "", author=row[9] or "", recorded_at=row[10])
        for row in rows
    ]
