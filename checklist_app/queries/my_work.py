"""What waits for the reader: plans to carry out, items to assess."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.vocabulary import Language, Outcome, RemediationStatus
from checklist_app.domain.workflow import is_overdue
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Project,
    Remediation,
    Requirement,
    RequirementText,
)
from checklist_app.queries.access import is_visible
from checklist_app.queries.wording import worded

MINE_SHOWN = 50


@dataclass(frozen=True, slots=True)
class MyRemediation:
    """A plan that the reader has to carry out."""

    project_slug: str
    project_name: str
    checklist_number: int
    identifier: str
    title: str
    due_on: date
    status: RemediationStatus
    overdue: bool


@dataclass(frozen=True, slots=True)
class MyItem:
    """An item that the reader has to assess."""

    project_slug: str
    project_name: str
    checklist_number: int
    identifier: str
    title: str
    outcome: Outcome | None


def my_remediations(
    session: Session, actor: Actor, language: Language, today: date
) -> list[MyRemediation]:
    """Return the actor's plans that are not closed, soonest first."""
    rows = session.execute(
        select(
            Project.slug,
            Project.name,
            Checklist.number,
            Requirement.identifier,
            RequirementText.title,
            Remediation.due_on,
            Remediation.status,
        )
        .select_from(Remediation)
        .join(ChecklistItem, ChecklistItem.id == Remediation.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Project, Project.id == Checklist.project_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(
            RequirementText,
            worded(language),
        )
        .where(
            is_visible(actor),
            Project.archived_at.is_(None),
            Remediation.owner_id == actor.user_id,
            Remediation.status != RemediationStatus.CLOSED,
        )
        .order_by(Remediation.due_on, Remediation.id)
        .limit(MINE_SHOWN)
    )
    return [MyRemediation(*row, overdue=is_overdue(row.due_on, row.status, today)) for row in rows]


def my_items(session: Session, actor: Actor, language: Language) -> list[MyItem]:
    """Return the items assigned to the actor that nobody has assessed."""
    rows = session.execute(
        select(
            Project.slug,
            Project.name,
            Checklist.number,
            Requirement.identifier,
            RequirementText.title,
            ChecklistItem.outcome,
        )
        .select_from(ChecklistItem)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Project, Project.id == Checklist.project_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(
            RequirementText,
            worded(language),
        )
        .where(
            is_visible(actor),
            Project.archived_at.is_(None),
            ChecklistItem.assignee_id == actor.user_id,
            ChecklistItem.outcome.is_(None),
        )
        .order_by(ChecklistItem.due_on, ChecklistItem.position)
        .limit(MINE_SHOWN)
    )
    return [MyItem(*row) for row in rows]
