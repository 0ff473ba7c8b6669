"""Proving once more who sits at a signed-in browser, before what is sensitive."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.models import PendingProof, User, UserSession
from checklist_app.services import audit, one_time_codes, passkeys, pending, recovery_codes
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


def confirm_by_code(session: Session, config: Config, actor: Actor, code: str) -> str:
    """Confirm the actor by a code of their app or a recovery code; return the new token.

    Raises:
        InvalidInput: the code is not right, or was used already.
    """
    user = session.get_one(User, actor.user_id)
    if one_time_codes.accept(session, config, user, code):
        return confirm(session, actor, by="code")
    if not recovery_codes.accept(session, user, code):
        raise InvalidInput(
            text("That code is not right or was used already. Wait for the next one."),
            field="code",
        )
    audit.record(session, actor, "account:recovery:use", actor.email)
    return confirm(session, actor, by="recovery code")


def begin_by_passkey(session: Session, config: Config, actor: Actor) -> tuple[str, str]:
    """Begin to confirm by a passkey; return the token of the proof, and the browser's options."""
    begun = pending.begin(session, ProofPurpose.CONFIRM, user_id=actor.user_id)
    return begun.token, passkeys.prove_options(session, config, begun.challenge, actor.user_id)


def confirm_by_passkey(
    session: Session, config: Config, actor: Actor, proof: PendingProof, answer: str
) -> str:
    """Confirm the actor by one of their passkeys; return their session's new token.

    Raises:
        InvalidInput: the answer is no proof.
    """
    if proof.user_id != actor.user_id:
        raise pending.ProofOver
    passkeys.accept(
        session, config, challenge=proof.challenge, answer=answer, user_id=actor.user_id
    )
    return confirm(session, actor, by="passkey")


def is_recent(config: Config, confirmed_at: datetime | None) -> bool:
    """Return whether a proof of identity still counts for what is sensitive."""
    limit = timedelta(minutes=config.recent_auth_minutes)
    return confirmed_at is not None and now() - confirmed_at < limit
