"""The remediation page: every gap of a project, planned or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.vocabulary import Language, Outcome, RemediationStatus
from checklist_app.domain.workflow import DUE_SOON_DAYS, is_overdue
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Remediation,
    Requirement,
    RequirementText,
    User,
    Waiver,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class GapLine:
    """A gap with its plan; ``waived_until`` is set while a waiver is in force."""

    checklist_number: int
    checklist_name: str
    identifier: str
    title: str
    section: str
    outcome: Outcome | None
    plan: str
    owner: str
    due_on: date | None
    status: RemediationStatus | None
    overdue: bool
    due_soon: bool
    waived_until: date | None


def gap_lines(
    session: Session, access: ProjectAccess, language: Language, today: date
) -> list[GapLine]:
    """Return the gaps of a project, the most urgent first; those without a date last."""
    section_text = aliased(RequirementText)
    rows = session.execute(
        select(
            Checklist.number,
            Checklist.name,
            Requirement.identifier,
            RequirementText.title,
            section_text.title.label("section"),
            ChecklistItem.outcome,
            Remediation,
            User.name.label("owner"),
            Waiver.expires_on,
        )
        .select_from(ChecklistItem)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(
            RequirementText,
            worded(language),
        )
        .join(
            section_text,
            worded(language, section_text, Requirement.parent_id),
        )
        .outerjoin(Remediation, Remediation.item_id == ChecklistItem.id)
        .outerjoin(User, User.id == Remediation.owner_id)
        .outerjoin(
            Waiver,
            and_(
                Waiver.item_id == ChecklistItem.id,
                Waiver.revoked_at.is_(None),
                Waiver.expires_on >= today,
            ),
        )
        .where(
            Checklist.project_id == access.project.id,
            ChecklistItem.outcome.in_((Outcome.FAIL, Outcome.PARTIAL))
            | Remediation.id.is_not(None),
        )
        .order_by(Checklist.number, ChecklistItem.position)
    )
    lines = [
        _line(
            number, name, identifier, title, section, outcome, plan, owner, expires_on, today=today
        )
        for number, name, identifier, title, section, outcome, plan, owner, expires_on in rows
    ]
    return sorted(lines, key=lambda line: (line.due_on is None, line.due_on or date.max))


def _line(  # noqa: PLR0913, PLR0917 - one argument for each column of the row
    number: int,
    name: str,
    identifier: str,
    title: str,
    section: str,
    outcome: Outcome | None,
    plan: Remediation | None,
    owner: str | None,
    expires_on: date | None,
    *,
    today: date,
) -> GapLine:
    due_on = plan.due_on if plan else None
    status = plan.status if plan else None
    overdue = plan is not None and is_overdue(plan.due_on, plan.status, today)
    soon = today + timedelta(days=DUE_SOON_DAYS)
    is_open = status is not None and status is not RemediationStatus.CLOSED
    return GapLine(
        checklist_number=number,
        checklist_name=name,
        identifier=identifier,
        title=title,
        section=section,
        outcome=outcome,
        plan=plan.plan if plan else "",
        owner=owner or "",
        due_on=due_on,
        status=status,
        overdue=overdue,
        due_soon=is_open and due_on is not None and not overdue and due_on <= soon,
        waived_until=expires_on,
    )
