"""People: accounts, passwords, one-time links."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language, Theme, TokenPurpose
from checklist_app.models import OneTimeLink, User, UserSession
from checklist_app.services import audit
from checklist_app.services.clock import now

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
WEAKEST_SCORE = 2
# zxcvbn grows steeply with length and judges nothing beyond this many characters.
JUDGED_CHARACTERS = 72
LINK_LIFETIME = timedelta(days=2)

# RFC 9106 "low memory" choice kept within a small container: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_UNKNOWN_USER_HASH = _hasher.hash(secrets.token_urlsafe(16))


def token_sha256(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def normalise_email(raw: str) -> str:
    """Return an address in the one form we store, or raise InvalidInput."""
    try:
        return validate_email(raw.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidInput(text("That is not an e-mail address."), field="email") from error


def create_user(
    session: Session,
    actor: Actor | None,
    *,
    email: str,
    name: str,
    is_administrator: bool = False,
    language: Language | None = None,
) -> User:
    """Create an account without a password; its owner sets one by a one-time link.

    Raises:
        Conflict: the address has an account already.
        InvalidInput: the address or the name cannot be used.
    """
    address = normalise_email(email)
    if not name.strip():
        raise InvalidInput(text("Please give a name."), field="name")
    if session.scalar(select(User.id).where(User.email == address)) is not None:
        raise Conflict(text("There is already an account with that e-mail address."))
    user = User(
        email=address,
        name=name.strip()[:120],
        is_administrator=is_administrator,
        language=language,
        created_at=now(),
    )
    session.add(user)
    session.flush()
    audit.record(session, actor, "account:user:create", address, is_administrator=is_administrator)
    return user


def invite_user(session: Session, actor: Actor, *, email: str, name: str) -> tuple[User, str]:
    """Create an account and the secret of the link by which its owner sets a password."""
    actor.require(Permission.USER_MANAGE)
    user = create_user(session, actor, email=email, name=name)
    return user, issue_link(session, actor, user)


def renew_link(session: Session, actor: Actor, user_id: int) -> tuple[User, str]:
    """Return a new set-password secret for somebody who lost theirs; older ones die."""
    actor.require(Permission.USER_MANAGE)
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise NotFound
    return user, issue_link(session, actor, user)


def issue_link(session: Session, actor: Actor | None, user: User) -> str:
    """Return the secret of a new set-password link; earlier unused ones stop working."""
    moment = now()
    _end_links(session, user)
    token = secrets.token_urlsafe(32)
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
    return _usable_link(session, token).user


def set_password_by_link(session: Session, token: str, password: str) -> User:
    """Set a password by a one-time link and end every session of that person."""
    link = _usable_link(session, token)
    check_password(password, [link.user.email, link.user.name])
    link.used_at = now()
    link.user.password_hash = _hasher.hash(password)
    end_sessions(session, link.user)
    audit.record(session, None, "account:password:set", link.user.email, by="link")
    return link.user


def change_password(session: Session, actor: Actor, current: str, password: str) -> None:
    """Change one's own password; every other session and every link still out ends."""
    user = session.get_one(User, actor.user_id)
    if not password_matches(user, current):
        raise InvalidInput(text("The current password is not right."), field="current")
    check_password(password, [user.email, user.name])
    user.password_hash = _hasher.hash(password)
    end_sessions(session, user, except_id=actor.session_id)
    _end_links(session, user)
    audit.record(session, actor, "account:password:set", user.email, by="owner")


def check_password(password: str, about: list[str]) -> None:
    """Raise InvalidInput when a password is too short, too long or easily guessed."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(
            text("Use at least %(count)s characters.", count=SHORTEST_PASSWORD), field="password"
        )
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput(
            text("Use at most %(count)s characters.", count=LONGEST_PASSWORD), field="password"
        )
    if zxcvbn(password[:JUDGED_CHARACTERS], user_inputs=about)["score"] < WEAKEST_SCORE:
        raise InvalidInput(
            text("That password is easy to guess. Three or four unrelated words are better."),
            field="password",
        )


def password_matches(user: User | None, password: str) -> bool:
    """Return whether a password is right, in the same time whether or not the person exists."""
    stored = user.password_hash if user and user.password_hash else _UNKNOWN_USER_HASH
    try:
        _hasher.verify(stored, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.password_hash is not None


def set_preferences(
    session: Session, actor: Actor, *, language: Language | None = None, theme: Theme | None = None
) -> None:
    """Store how a person wants their screens."""
    user = session.get_one(User, actor.user_id)
    user.language = language or user.language
    user.theme = theme or user.theme


def set_active(session: Session, actor: Actor, user_id: int, *, active: bool) -> User:
    """Open or close an account; closing ends its sessions at once."""
    actor.require(Permission.USER_MANAGE)
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    if user.id == actor.user_id:
        raise Conflict(text("You cannot close your own account."))
    user.is_active = active
    if not active:
        end_sessions(session, user)
    audit.record(session, actor, "account:user:set_active", user.email, active=active)
    return user


def end_sessions(session: Session, user: User, *, except_id: int = 0) -> None:
    """Revoke a person's sessions, but for the one that is named."""
    session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.revoked_at.is_(None),
            UserSession.id != except_id,
        )
        .values(revoked_at=now())
    )


def _end_links(session: Session, user: User) -> None:
    """Let every link die that was issued to a person and not used yet."""
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
        .values(used_at=now())
    )


def _usable_link(session: Session, token: str) -> OneTimeLink:
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
