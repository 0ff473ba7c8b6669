"""Proving once more who sits at a signed-in browser, before what is sensitive."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.models import User, UserSession
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.passwords import password_matches
from checklist_app.services.rotation import rotate


def confirm(session: Session, actor: Actor, *, by: str) -> str:
    """Note that the actor has just proved who they are; return their session's new token.

    Args:
        session: the caller's transaction.
        actor: who proved it.
        by: what with: ``password``, or the name of a factor.
    """
    session.get_one(UserSession, actor.session_id).confirmed_at = now()
    audit.record(session, actor, "account:session:confirm", actor.email, by=by)
    return rotate(session, actor)


def confirm_by_password(session: Session, actor: Actor, password: str) -> str:
    """Confirm the actor by their password; return their session's new token.

    Raises:
        InvalidInput: the password is not right.
    """
    user = session.get_one(User, actor.user_id)
    if not password_matches(user, password):
        raise InvalidInput(text("The password is not right."), field="password")
    return confirm(session, actor, by="password")


def is_recent(config: Config, confirmed_at: datetime | None) -> bool:
    """Return whether a proof of identity still counts for what is sensitive."""
    limit = timedelta(minutes=config.recent_auth_minutes)
    return confirmed_at is not None and now() - confirmed_at < limit
