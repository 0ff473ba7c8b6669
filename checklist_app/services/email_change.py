"""A new e-mail address: the new one has to answer, and the old one is told."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Letter, TokenPurpose
from checklist_app.models import User
from checklist_app.services import audit, outbox
from checklist_app.services.clock import now
from checklist_app.services.email_addresses import normalise_email
from checklist_app.services.links import end_links, usable_link
from checklist_app.services.sessions import end_sessions


def ask_for_new_email(session: Session, actor: Actor, config: Config, email: str) -> None:
    """Queue a mail to the new address with the link that makes it the account's own.

    Whether the address has an account already is not told.

    Raises:
        InvalidInput: it is no address, or the one that the account has.
        Conflict: no mail is set up, so the address could not answer.
    """
    user = session.get_one(User, actor.user_id)
    address = normalise_email(email)
    if address == user.email:
        raise InvalidInput(text("That is your address already."), field="email")
    if not config.sends_mail:
        raise Conflict(text("This system sends no mail, so a new address cannot be confirmed."))
    outbox.queue(session, Letter.CONFIRM_EMAIL, user, email=address)
    outbox.notify(
        session,
        config,
        user,
        to=user.email,
        subject=text("A new e-mail address was asked for"),
        body=text(
            "Somebody signed in as you asked for %(email)s as the new address of your account. If "
            "it was not you, change your password now and tell your administrator.",
            email=address,
        ),
    )
    audit.record(session, actor, "account:email:ask", user.email)


def change_email_by_link(session: Session, config: Config, token: str) -> User:
    """Make the address that a link confirms the person's own; every session and link ends.

    Raises:
        NotFound: the link is used, expired or made up, or somebody else has the address by now.
    """
    link = usable_link(session, token, TokenPurpose.CONFIRM_EMAIL)
    user, before = link.user, link.user.email
    address = link.email or ""
    if session.scalar(select(User.id).where(User.email == address)) is not None:
        raise NotFound
    link.used_at = now()
    user.email = address
    end_links(session, user)
    end_sessions(session, user)
    outbox.notify(
        session,
        config,
        user,
        to=before,
        subject=text("Your e-mail address was changed"),
        body=text(
            "The address of your account is %(email)s now. If it was not you, tell your "
            "administrator.",
            email=address,
        ),
    )
    audit.record(session, None, "account:email:change", address)
    return user
