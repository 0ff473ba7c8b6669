"""Rows that are held while a change is compared with what its author had read."""

from __future__ import annotations

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.models import User
from checklist_app.queries.access import ProjectAccess


def hold_project(session: Session, access: ProjectAccess) -> None:
    """Read the project's row again and hold it: who changes the project after us waits."""
    session.refresh(access.project, with_for_update=True)


def hold_account(session: Session, actor: Actor) -> None:
    """Read the account's row again and hold it."""
    session.refresh(session.get_one(User, actor.user_id), with_for_update=True)
