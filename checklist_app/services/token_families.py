"""Everything that came from a program's sign-in, ended at once."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ColumnElement, CursorResult, Update, update
from sqlalchemy.orm import Session

from checklist_app.models import TokenFamily
from checklist_app.services.clock import now


def end_families(session: Session, *which: ColumnElement[bool]) -> int:
    """End the families that are not over and meet every condition; return how many."""
    return changed_rows(
        session,
        update(TokenFamily)
        .where(TokenFamily.revoked_at.is_(None), *which)
        .values(revoked_at=now()),
    )


def changed_rows(session: Session, change: Update) -> int:
    """Make a change and return how many rows it met."""
    return cast("CursorResult[int]", session.execute(change)).rowcount
