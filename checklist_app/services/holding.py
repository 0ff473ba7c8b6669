"""Rows that are held while a change is compared with what its author had read."""

from __future__ import annotations

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.models import User
from checklist_app.queries.access import ItemAccess, ProjectAccess


def hold_project(session: Session, access: ProjectAccess) -> None:
    """Read the project's row again and hold it: who changes the project after us waits."""
    session.refresh(access.project, with_for_update=True)


def hold_item(session: Session, opened: ItemAccess) -> None:
    """Read the item's row again and hold it: whoever judges, waives or unlinks after us waits."""
    session.refresh(opened.item, with_for_update=True)


def hold_account(session: Session, actor: Actor) -> None:
    """Read the account's row again and hold it."""
    session.refresh(session.get_one(User, actor.user_id), with_for_update=True)


def hold_person(session: Session, user: User) -> bool:
    """Read the row of somebody who has just proved who they are again, and hold it.

    Whoever sets a new password or closes an account ends every session that there is, and sees none
    that is about to be opened. So the row is held until it is: they come before, and what was
    proved counts no more, or they wait, and end the new session with the others.

    Returns:
        Whether the account is open, and its password the one that was read before.
    """
    seen = user.password_hash
    session.refresh(user, with_for_update=True)
    return user.is_active and user.password_hash == seen
