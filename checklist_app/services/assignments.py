"""Who assesses an item, and until when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update
from sqlalchemy.orm import Session

from checklist_app.domain.permissions import Permission
from checklist_app.models import ChecklistItem
from checklist_app.queries.access import ItemAccess
from checklist_app.services import audit
from checklist_app.services.freezing import hold_open
from checklist_app.services.members import check_member


def assign_item(
    session: Session, opened: ItemAccess, *, assignee_id: int | None, due_on: date | None
) -> None:
    """Give an item to a member of the project, or to nobody.

    It changes no verdict, so that whoever is writing one at the moment is not disturbed.

    Raises:
        InvalidInput: the person is no member.
        Conflict: the checklist is signed off.
    """
    opened.project.require(Permission.VERDICT_RECORD)
    hold_open(session, opened.checklist)
    if assignee_id is not None:
        check_member(session, opened.project, assignee_id, field="assignee_id")
    # Past the row version: that one guards verdicts alone.
    session.execute(
        update(ChecklistItem)
        .where(ChecklistItem.id == opened.item.id)
        .values(assignee_id=assignee_id, due_on=due_on)
    )
    audit.record(
        session,
        opened.actor,
        "project:item:assign",
        opened.target,
        project_id=opened.project.project.id,
        assignee_id=assignee_id,
        due_on=due_on.isoformat() if due_on else None,
    )
