"""Signed-in browsers: server-side rows that rotate at sign-in and can be revoked at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, contains_eager

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.text import text
from checklist_app.models import TokenFamily, User, UserSession
from checklist_app.services import audit, pending
from checklist_app.services.clock import now
from checklist_app.services.email_addresses import normalise_email
from checklist_app.services.factor_policy import lacks_required_factor
from checklist_app.services.holding import hold_person
from checklist_app.services.passwords import password_matches, strengthen_hash
from checklist_app.services.secret_tokens import new_token, token_sha256
from checklist_app.services.token_families import end_families

TOUCH_EVERY = timedelta(minutes=1)
GRACE = timedelta(seconds=20)
"""How long the token before the last rotation still serves what was under way with it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    address: str
    user_agent: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Who holds a token, and what their browser has to do next.

    Attributes:
        confirmed_at: when somebody last proved at this browser who they are.
        must_rotate: whether the browser has to be given a new token.
    """

    actor: Actor
    confirmed_at: datetime | None = None
    must_rotate: bool = False


def person_by_password(session: Session, *, email: str, password: str) -> User:
    """Return whose password this is; whether they need a second factor, the next step says.

    Their account is held until the transaction ends, so that what is opened for them next does not
    outlive a password that somebody else is changing.

    Raises:
        InvalidInput: one and the same message whatever was wrong.
    """
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    is_right = password_matches(user, password)
    # A closed account is refused like an unknown one, before its row is asked for again.
    if not is_right or user is None or not user.is_active or not hold_person(session, user):
        raise InvalidInput(text("The e-mail address or the password is not right."))
    strengthen_hash(user, password)
    return user


def open_session(
    session: Session,
    config: Config,
    user: User,
    origin: Origin,
    *,
    by: str = "password",
    proved_elsewhere: bool = False,
) -> str:
    """Return the token of a new session of a person who has proved who they are.

    Args:
        session: the transaction of the caller.
        config: says how long it lasts.
        user: whose it is; held since the proof, see :func:`hold_person`.
        origin: where the browser is.
        by: what they proved it with, as the event tells it: ``password``, ``password, code``.
        proved_elsewhere: a provider vouches for a second factor, so none of ours is asked for.
    """
    token = new_token()
    moment = now()
    row = UserSession(
        user_id=user.id,
        token_sha256=token_sha256(token),
        address=origin.address[:64],
        user_agent=origin.user_agent[:255],
        created_at=moment,
        last_seen_at=moment,
        expires_at=moment + timedelta(hours=config.session_hours),
        factor_vouched=proved_elsewhere,
        confirmed_at=moment,
    )
    session.add(row)
    session.flush()
    audit.record(session, _actor(row, user, origin), "account:session:open", user.email, by=by)
    return token


def has_been_at(session: Session, email: str, address: str) -> bool:
    """Return whether the person with that address was signed in from that network address.

    Args:
        session: the transaction of the caller.
        email: as typed; what is no address is nobody's.
        address: of the network, as sessions and the tokens of programs keep it.
    """
    known = _address_or_nothing(email)
    if not known:
        return False
    places = (
        select(place.user_id)
        .join(User, User.id == place.user_id)
        .where(User.email == known, place.address == address)
        .limit(1)
        for place in (UserSession, TokenFamily)
    )
    return any(session.scalar(place) is not None for place in places)


def record_refusal(session: Session, email: str, origin: Origin) -> None:
    """Leave an event for a sign-in that failed.

    What is no address is not kept: people type passwords into the wrong field.
    """
    audit.record(
        session,
        None,
        "account:session:refuse",
        _address_or_nothing(email),
        address=origin.address,
        request_id=origin.request_id,
    )


def _address_or_nothing(email: str) -> str:
    try:
        return normalise_email(email)
    except InvalidInput:
        return ""


def resume(session: Session, config: Config, token: str, origin: Origin) -> OpenSession | None:
    """Return who holds a token, or None when its session is over."""
    moment, digest = now(), token_sha256(token)
    known = _known()
    found = session.execute(known.where(UserSession.token_sha256 == digest)).one_or_none()
    is_current = found is not None
    if found is None:
        found = session.execute(
            known.where(
                UserSession.previous_sha256 == digest, UserSession.rotated_at > moment - GRACE
            )
        ).one_or_none()
    if found is None:
        return None
    row, must_enrol = found
    if row.revoked_at is not None or not row.user.is_active:
        return None
    idle_limit = row.last_seen_at + timedelta(minutes=config.session_idle_minutes)
    if moment >= min(row.expires_at, idle_limit):
        return None
    return OpenSession(
        replace(_actor(row, row.user, origin), must_enrol=must_enrol),
        row.confirmed_at,
        must_rotate=row.must_rotate and is_current,
    )


@cache
def _known() -> Select[UserSession, bool]:
    """Return the question for sessions, put into words once: every request asks it."""
    return (
        select(UserSession, lacks_required_factor(UserSession.factor_vouched))
        .join(UserSession.user)
        .options(contains_eager(UserSession.user))
    )


def is_due_for_touch(actor: Actor) -> bool:
    """Return whether the time of the last request should be written down again."""
    return actor.seen_at is not None and now() - actor.seen_at >= TOUCH_EVERY


def touch(session: Session, actor: Actor) -> None:
    """Note that the session is in use, so that it does not end as idle."""
    row = session.get(UserSession, actor.session_id)
    if row is not None:
        row.last_seen_at = now()


def sign_out(session: Session, actor: Actor) -> None:
    """End the session that the request came with."""
    revoke(session, actor, actor.session_id)


def revoke(session: Session, actor: Actor, session_id: int) -> None:
    """End one of one's own sessions."""
    row = session.scalar(
        select(UserSession).where(
            UserSession.id == session_id,
            UserSession.user_id == actor.user_id,
            UserSession.revoked_at.is_(None),
        )
    )
    if row is None:
        raise NotFound
    row.revoked_at = now()
    audit.record(session, actor, "account:session:close", actor.email)


def revoke_others(session: Session, actor: Actor) -> None:
    """End all of one's own sessions but this one, and the sign-ins of one's programs."""
    end_sessions(session, session.get_one(User, actor.user_id), except_id=actor.session_id)
    audit.record(session, actor, "account:session:close_others", actor.email)


def end_sessions(session: Session, user: User, *, except_id: int = 0) -> None:
    """Revoke a person's sessions, but for the one named, and the tokens of their programs.

    A sign-in that waits for its second step ends too: it began with what opens nothing any more.
    """
    pending.end_second_steps(session, user.id)
    end_families(session, TokenFamily.user_id == user.id)
    session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.revoked_at.is_(None),
            UserSession.id != except_id,
        )
        .values(revoked_at=now())
    )


def _actor(row: UserSession, user: User, origin: Origin) -> Actor:
    return Actor(
        user_id=user.id,
        email=user.email,
        name=user.name,
        organisation_role=user.organisation_role,
        language=user.language,
        theme=user.theme,
        session_id=row.id,
        seen_at=row.last_seen_at,
        address=origin.address,
        request_id=origin.request_id,
    )
