"""The checklists that say how a project stands today: the newest of each list."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from checklist_app.models import Checklist


def is_live(project_id: int) -> ColumnElement[bool]:
    """Return the condition that a checklist of a project is the newest over its edition.

    One that a later round continues is past, whatever edition that is over.
    """
    newer = aliased(Checklist)
    later = select(newer.id).where(
        newer.project_id == project_id,
        newer.standard_id == Checklist.standard_id,
        newer.number > Checklist.number,
    )
    successor = aliased(Checklist)
    continued = select(successor.id).where(successor.predecessor_id == Checklist.id)
    return and_(Checklist.project_id == project_id, ~later.exists(), ~continued.exists())
