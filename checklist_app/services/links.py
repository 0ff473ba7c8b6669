"""One-time links: 256 random bits, stored as a hash, good once, for one purpose, for a while."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import NotFound
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import TokenPurpose
from checklist_app.models import OneTimeLink, User
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.secret_tokens import new_token, token_sha256

LINK_LIFETIME = timedelta(days=2)


def issue_link(session: Session, actor: Actor | None, user: User) -> str:
    """Return the secret of a new set-password link; earlier unused ones stop working."""
    moment = now()
    end_links(session, user)
    token = new_token()
    session.add(
        OneTimeLink(
            user_id=user.id,
            purpose=TokenPurpose.SET_PASSWORD,
            token_sha256=token_sha256(token),
            created_at=moment,
            expires_at=moment + LINK_LIFETIME,
        )
    )
    audit.record(session, actor, "account:link:issue", user.email)
    return token


def link_owner(session: Session, token: str) -> User:
    """Return whose link this is, or raise NotFound when it is used, expired or made up."""
    return usable_link(session, token).user


def usable_link(session: Session, token: str) -> OneTimeLink:
    """Return the link of a token, locked, or raise NotFound."""
    link = session.scalar(
        select(OneTimeLink)
        .where(
            OneTimeLink.token_sha256 == token_sha256(token),
            OneTimeLink.purpose == TokenPurpose.SET_PASSWORD,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now(),
        )
        .with_for_update()
    )
    if link is None or not link.user.is_active:
        raise NotFound(text("This link was used already or has expired. Ask for a new one."))
    return link


def end_links(session: Session, user: User) -> None:
    """Let every link die that was issued to a person and not used yet."""
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
        .values(used_at=now())
    )
