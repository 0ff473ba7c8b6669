"""People: accounts, and what their owners and administrators do with them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language, OrganisationRole, Theme
from checklist_app.models import User
from checklist_app.services import audit, outbox
from checklist_app.services.clock import now
from checklist_app.services.email_addresses import normalise_email
from checklist_app.services.holding import hold_person
from checklist_app.services.links import end_links, is_in_use, usable_link
from checklist_app.services.organisation import keep_an_administrator, keep_owners
from checklist_app.services.passwords import (
    check_password,
    hash_password,
    own_words,
    password_matches,
)
from checklist_app.services.sessions import end_sessions


def create_user(
    session: Session,
    actor: Actor | None,
    *,
    email: str,
    name: str,
    organisation_role: OrganisationRole = OrganisationRole.MEMBER,
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
    is_first = session.scalar(select(User.id).limit(1)) is None
    user = User(
        email=address,
        name=name.strip()[:120],
        organisation_role=organisation_role,
        language=language,
        created_at=now(),
    )
    session.add(user)
    session.flush()
    first = {"first": True} if is_first else {}
    audit.record(
        session, actor, "account:user:create", address, role=organisation_role.value, **first
    )
    return user


def renew_link(session: Session, actor: Actor, config: Config, user_id: int) -> str | None:
    """Give somebody who lost theirs a new link; older ones die.

    Returns:
        The secret of the link, or None when it goes to them by mail.
    """
    actor.require(Permission.USER_MANAGE)
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise NotFound
    return outbox.hand_over_link(session, actor, user, config)


def set_password_by_link(session: Session, config: Config, token: str, password: str) -> User:
    """Set a password by a one-time link and end every session of that person."""
    link = usable_link(session, token)
    user = link.user
    check_password(password, own_words(user, config))
    is_new, hashed = not is_in_use(session, user), hash_password(password)
    if not hold_person(session, user):
        raise NotFound
    link.used_at = now()
    user.password_hash = hashed
    end_sessions(session, user)
    end_links(session, user)
    if not is_new:
        _tell_of_password(session, config, user)
    audit.record(session, None, "account:password:set", user.email, by="link")
    return user


def change_password(
    session: Session, actor: Actor, config: Config, current: str, password: str
) -> None:
    """Change one's own password; every other session and every link still out ends."""
    user = session.get_one(User, actor.user_id)
    if not password_matches(user, current) or not hold_person(session, user):
        raise InvalidInput(text("The current password is not right."), field="current")
    check_password(password, own_words(user, config))
    user.password_hash = hash_password(password)
    end_sessions(session, user, except_id=actor.session_id)
    end_links(session, user)
    _tell_of_password(session, config, user)
    audit.record(session, actor, "account:password:set", user.email, by="owner")


def _tell_of_password(session: Session, config: Config, user: User) -> None:
    outbox.notify(
        session,
        config,
        user,
        subject=text("Your password was changed"),
        body=text(
            "The password of your account was changed, and every other session has ended. If it "
            "was not you, ask for a new password and tell your administrator."
        ),
    )


def set_preferences(
    session: Session, actor: Actor, *, language: Language | None = None, theme: Theme | None = None
) -> None:
    """Store how a person wants their screens."""
    user = session.get_one(User, actor.user_id)
    user.language = language or user.language
    user.theme = theme or user.theme


def set_active(session: Session, actor: Actor, user_id: int, *, active: bool) -> User:
    """Open or close an account; closing ends its sessions at once.

    Raises:
        NotFound: there is no such account, or its person was erased.
        Conflict: it is one's own, or the last of an administrator, or of a project's owner.
    """
    actor.require(Permission.USER_MANAGE)
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.erased_at is not None:
        raise NotFound
    if user.id == actor.user_id:
        raise Conflict(text("You cannot close your own account."))
    if not active:
        if user.organisation_role is OrganisationRole.ADMINISTRATOR:
            keep_an_administrator(session, user)
        keep_owners(session, user)
    user.is_active = active
    if not active:
        end_sessions(session, user)
    audit.record(session, actor, "account:user:set_active", user.email, active=active)
    return user
