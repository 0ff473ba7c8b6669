"""The line between a checklist that people work on and one that is signed off for good."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import ChecklistStatus
from checklist_app.domain.workflow import check_open
from checklist_app.models import Checklist


def hold_open(session: Session, checklist: Checklist) -> None:
    """Make sure that a checklist is open, and stays so until the caller's transaction ends.

    Several may hold it at once; only the sign-off waits for all of them, and they for it.

    Raises:
        Conflict: it is signed off.
    """
    check_open(session.scalars(_status(checklist).with_for_update(read=True)).one())


def take_to_close(session: Session, checklist: Checklist) -> None:
    """Make sure that a checklist is open and that nobody writes into it any more.

    Raises:
        Conflict: it is signed off already.
    """
    check_open(session.scalars(_status(checklist).with_for_update()).one())


def _status(checklist: Checklist) -> Select[ChecklistStatus]:
    return select(Checklist.status).where(Checklist.id == checklist.id)
