"""Tokens of a project for pipelines: made by an owner, shown once, limited, ended at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, contains_eager

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.scopes import PIPELINE_SCOPES, parse_scopes, permissions_of
from checklist_app.domain.text import text
from checklist_app.models import ExternalIdentity, PipelineToken, User
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.people import actor_of
from checklist_app.services import audit
from checklist_app.services.clock import now, today
from checklist_app.services.factor_policy import lacks_required_factor
from checklist_app.services.secret_tokens import new_token, token_sha256
from checklist_app.services.sessions import Origin

MARK = "chk_"
"""What our tokens begin with, so that people and scanners for secrets know them."""
SHOWN = 12
"""So many first characters stay readable, to tell tokens apart."""
LONGEST_LIFETIME = timedelta(days=365)
LONGEST_NAME = 80
TOUCH_EVERY = timedelta(minutes=1)


def make_token(
    session: Session, access: ProjectAccess, *, name: str, scopes: Iterable[str], expires_on: date
) -> tuple[PipelineToken, str]:
    """Make a token that acts in this project for whoever makes it; return it and its secret.

    It may never do more than its maker may at that moment, nor more than its scopes.

    Args:
        session: the transaction of the caller.
        access: who makes it, in which project.
        name: what it is for, in the words of the project.
        scopes: names of :class:`Scope`, without ``full``.
        expires_on: its last day, at most a year from now.

    Raises:
        InvalidInput: no name, no such scope, or a date that is past or too far away.
        Forbidden: the maker may not; a token may never make another.
    """
    access.require(Permission.TOKEN_MANAGE)
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise InvalidInput(
            text("Give the token a name of at most %(limit)s characters.", limit=LONGEST_NAME),
            field="name",
        )
    wanted = parse_scopes(scopes)
    if not set(wanted) <= set(PIPELINE_SCOPES):
        raise InvalidInput(
            text("Choose among these scopes: %(scopes)s.", scopes=", ".join(PIPELINE_SCOPES)),
            field="scopes",
        )
    if not today() <= expires_on <= today() + LONGEST_LIFETIME:
        raise InvalidInput(
            text("A token lives until a day between today and one year from now."),
            field="expires_on",
        )
    secret = MARK + new_token()
    token = PipelineToken(
        project_id=access.project.id,
        user_id=access.actor.user_id,
        name=name.strip(),
        prefix=secret[:SHOWN],
        token_sha256=token_sha256(secret),
        scopes=list(wanted),
        created_at=now(),
        expires_at=_end_of(expires_on),
    )
    session.add(token)
    session.flush()
    audit.record(
        session,
        access.actor,
        "project:token:make",
        told(token),
        project_id=access.project.id,
        scopes=list(wanted),
        expires_on=expires_on.isoformat(),
    )
    return token, secret


def revoke_token(session: Session, access: ProjectAccess, token_id: int) -> None:
    """End a token of the project at once, whoever made it.

    Raises:
        NotFound: there is no such token here, or it was ended before.
    """
    access.require(Permission.TOKEN_MANAGE)
    token = session.scalar(
        select(PipelineToken).where(
            PipelineToken.id == token_id,
            PipelineToken.project_id == access.project.id,
            PipelineToken.revoked_at.is_(None),
        )
    )
    if token is None:
        raise NotFound
    token.revoked_at = now()
    audit.record(
        session, access.actor, "project:token:revoke", told(token), project_id=access.project.id
    )


def resume(session: Session, secret: str, origin: Origin) -> Actor | None:
    """Return whom a token acts for, limited to its project and scopes; None when it is over.

    It does nothing while its maker has to add a second factor. A maker who comes in by a provider
    that asks for one needs none of ours, as in the browser.
    """
    asked = _known().where(PipelineToken.token_sha256 == token_sha256(secret))
    found = session.execute(asked).one_or_none()
    if found is None:
        return None
    token, must_enrol = found
    if token.revoked_at is not None or token.expires_at <= now():
        return None
    if not token.user.is_active:
        return None
    return replace(
        actor_of(token.user),
        address=origin.address,
        request_id=origin.request_id,
        must_enrol=must_enrol,
        seen_at=token.last_used_at,
        token_id=token.id,
        token_name=told(token),
        scopes=permissions_of(parse_scopes(token.scopes)),
        project_id=token.project_id,
    )


@cache
def _known() -> Select[PipelineToken, bool]:
    """Return the question for tokens, put into words once: every request asks it."""
    vouched = (
        select(ExternalIdentity.id)
        .where(ExternalIdentity.user_id == User.id, ExternalIdentity.factor_vouched)
        .exists()
    )
    return (
        select(PipelineToken, lacks_required_factor(vouched))
        .join(PipelineToken.user)
        .options(contains_eager(PipelineToken.user))
    )


def is_due_for_touch(actor: Actor) -> bool:
    """Return whether the last use of the actor's token should be written down again."""
    if actor.token_id is None:
        return False
    return actor.seen_at is None or now() - actor.seen_at >= TOUCH_EVERY


def touch(session: Session, actor: Actor) -> None:
    """Note that the actor's token is in use."""
    session.execute(
        update(PipelineToken).where(PipelineToken.id == actor.token_id).values(last_used_at=now())
    )


def told(token: PipelineToken) -> str:
    """Return how people and the audit log name a token."""
    return f"{token.name} ({token.prefix}…)"


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)
