"""The accepted deviations of a project: in force, over, or taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Language
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Requirement,
    RequirementText,
    User,
    Waiver,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A waiver and the item that it is for; ``in_force`` says whether it holds today."""

    id: int
    checklist_number: int
    identifier: str
    title: str
    justification: str
    approved_by: str
    granted_at: datetime
    expires_on: date
    revoked_at: datetime | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class WantedWaivers:
    """Which waivers are wanted: those that hold ``today``, those that do not, or (None) all."""

    today: date
    in_force: bool | None = None


def waivers_before(
    session: Session,
    access: ProjectAccess,
    language: Language,
    wanted: WantedWaivers,
    *,
    before: int | None,
    limit: int,
) -> list[WaiverLine]:
    """Return at most ``limit`` waivers older than ``before``, in one query, newest first."""
    holds = and_(Waiver.revoked_at.is_(None), Waiver.expires_on >= wanted.today)
    found = (
        select(
            Waiver,
            Checklist.number,
            Requirement.identifier,
            RequirementText.title,
            User.name,
            holds.label("in_force"),
        )
        .join(ChecklistItem, ChecklistItem.id == Waiver.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(RequirementText, worded(language))
        .join(User, User.id == Waiver.approved_by_id)
        .where(Checklist.project_id == access.project.id)
        .order_by(Waiver.id.desc())
        .limit(limit)
    )
    if before is not None:
        found = found.where(Waiver.id < before)
    if wanted.in_force is not None:
        found = found.where(holds if wanted.in_force else ~holds)
    return [
        WaiverLine(
            id=waiver.id,
            checklist_number=number,
            identifier=identifier,
            title=title,
            justification=waiver.justification,
            approved_by=approved_by,
            granted_at=waiver.created_at,
            expires_on=waiver.expires_on,
            revoked_at=waiver.revoked_at,
            in_force=bool(holds_today),
        )
        for waiver, number, identifier, title, approved_by, holds_today in session.execute(found)
    ]
