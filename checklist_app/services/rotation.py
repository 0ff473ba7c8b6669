"""A new token for a session whose person may do other things than before."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.models import UserSession
from checklist_app.services.clock import now
from checklist_app.services.secret_tokens import new_token, token_sha256


def rights_changed(session: Session, *user_ids: int) -> None:
    """Give every browser of these people a new token at its next page: their rights have changed.

    What a person may do is read anew at every request; this keeps a token that was overheard
    under fewer rights from being worth more now.
    """
    session.execute(
        update(UserSession)
        .where(UserSession.user_id.in_(user_ids), UserSession.revoked_at.is_(None))
        .values(must_rotate=True)
    )


def rotate(session: Session, actor: Actor) -> str:
    """Return a new token for the actor's own session; the old one is dead at once."""
    token = new_token()
    row = session.get_one(UserSession, actor.session_id)
    row.token_sha256 = token_sha256(token)
    row.previous_sha256 = row.rotated_at = None
    row.must_rotate = False
    return token


def rotate_if_due(session: Session, actor: Actor) -> str | None:
    """Return a new token for a session whose person's rights have changed.

    Requests that the browser has sent already end with the old one; None when one of them was
    faster and has got the new token.
    """
    row = session.scalar(
        select(UserSession)
        .where(UserSession.id == actor.session_id, UserSession.must_rotate)
        .with_for_update()
    )
    if row is None:
        return None
    token, old = new_token(), row.token_sha256
    row.token_sha256, row.previous_sha256 = token_sha256(token), old
    row.rotated_at = now()
    row.must_rotate = False
    return token
