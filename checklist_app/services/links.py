"""One-time links: 256 random bits, stored as a hash, good once, for one purpose, for a while."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import NotFound
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import TokenPurpose
from checklist_app.models import ExternalIdentity, OneTimeLink, Passkey, User
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.secret_tokens import new_token, token_sha256

LINK_MINUTES = 30
PASSWORD_PURPOSES = (TokenPurpose.INVITATION, TokenPurpose.SET_PASSWORD)
"""Both lead to the page that sets a password; they differ in how long they live."""


def link_lifetime(config: Config, purpose: TokenPurpose) -> timedelta:
    """Return how long a link works: an invitation longer, since it opens nothing that is in use."""
    if purpose is TokenPurpose.INVITATION:
        return timedelta(hours=config.invitation_hours)
    return timedelta(minutes=LINK_MINUTES)


def issue_link(
    session: Session,
    actor: Actor | None,
    user: User,
    config: Config,
    *,
    new_email: str | None = None,
) -> str:
    """Return the secret of a new link; unused ones for the same end stop working.

    Args:
        session: the caller's transaction.
        actor: who hands it out; None for the system.
        user: whose it is.
        config: how long it lives.
        new_email: the address that following the link confirms; without one it sets a password,
            and is an invitation as long as nothing opens the account.
    """
    moment, purpose = now(), _purpose(session, user, new_email)
    end_links(session, user, _same_end(purpose))
    token = new_token()
    session.add(
        OneTimeLink(
            user_id=user.id,
            purpose=purpose,
            token_sha256=token_sha256(token),
            created_at=moment,
            expires_at=moment + link_lifetime(config, purpose),
            email=new_email,
        )
    )
    audit.record(session, actor, "account:link:issue", user.email, purpose=purpose.value)
    return token


def link_owner(session: Session, token: str, *purposes: TokenPurpose) -> User:
    """Return whose link this is, or raise NotFound when it is used, expired or made up."""
    return usable_link(session, token, *purposes).user


def usable_link(session: Session, token: str, *purposes: TokenPurpose) -> OneTimeLink:
    """Return the link of a token, locked, or raise NotFound; it works for its own purpose only."""
    link = session.scalar(
        select(OneTimeLink)
        .where(
            OneTimeLink.token_sha256 == token_sha256(token),
            OneTimeLink.purpose.in_(purposes or PASSWORD_PURPOSES),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now(),
        )
        .with_for_update()
    )
    if link is None or not link.user.is_active:
        raise NotFound(text("This link was used already or has expired. Ask for a new one."))
    return link


def end_links(session: Session, user: User, purposes: tuple[TokenPurpose, ...] = ()) -> None:
    """Let every link die that was issued to a person and not used yet; all, or those named."""
    session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.user_id == user.id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.purpose.in_(purposes or tuple(TokenPurpose)),
        )
        .values(used_at=now())
    )


def is_in_use(session: Session, user: User) -> bool:
    """Return whether somebody can sign in to an account: by password, provider or passkey."""
    keys = (ExternalIdentity, Passkey)
    return user.password_hash is not None or any(
        session.scalar(select(key.id).where(key.user_id == user.id).limit(1)) for key in keys
    )


def _purpose(session: Session, user: User, new_email: str | None) -> TokenPurpose:
    if new_email is not None:
        return TokenPurpose.CONFIRM_EMAIL
    return TokenPurpose.SET_PASSWORD if is_in_use(session, user) else TokenPurpose.INVITATION


def _same_end(purpose: TokenPurpose) -> tuple[TokenPurpose, ...]:
    return PASSWORD_PURPOSES if purpose in PASSWORD_PURPOSES else (purpose,)
