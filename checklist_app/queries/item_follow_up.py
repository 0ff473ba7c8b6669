"""What is done about the gap of one item: a plan that closes it, or a waiver of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import RemediationStatus
from checklist_app.domain.workflow import REMEDIATION_STEPS, is_overdue, is_waived
from checklist_app.models import ChecklistItem, Remediation, User, Waiver


@dataclass(frozen=True, slots=True)
class RemediationView:
    """The plan that closes the gap."""

    plan: str
    owner_id: int
    owner_name: str
    due_on: date
    status: RemediationStatus
    overdue: bool
    row_version: int

    @property
    def next_statuses(self) -> list[RemediationStatus]:
        """The steps that can be taken by hand from here."""
        return sorted(REMEDIATION_STEPS[self.status], key=list(RemediationStatus).index)


@dataclass(frozen=True, slots=True)
class WaiverView:
    """The newest waiver that was not revoked."""

    justification: str
    approved_by: str
    expires_on: date
    expired: bool


def remediation_of_item(
    session: Session, item: ChecklistItem, today: date
) -> RemediationView | None:
    """Return the plan that closes the gap of an item, if there is one."""
    row = session.execute(
        select(Remediation, User.name)
        .join(User, User.id == Remediation.owner_id)
        .where(Remediation.item_id == item.id)
    ).one_or_none()
    if row is None:
        return None
    plan, owner = row
    return RemediationView(
        plan=plan.plan,
        owner_id=plan.owner_id,
        owner_name=owner,
        due_on=plan.due_on,
        status=plan.status,
        overdue=is_overdue(plan.due_on, plan.status, today),
        row_version=plan.row_version,
    )


def waiver_of_item(session: Session, item: ChecklistItem, today: date) -> WaiverView | None:
    """Return the newest waiver of an item that was not revoked, if there is one."""
    row = session.execute(
        select(Waiver, User.name)
        .join(User, User.id == Waiver.approved_by_id)
        .where(Waiver.item_id == item.id, Waiver.revoked_at.is_(None))
        .order_by(Waiver.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    waiver, approved_by = row
    return WaiverView(
        waiver.justification,
        approved_by,
        waiver.expires_on,
        expired=not is_waived(waiver.expires_on, today),
    )
