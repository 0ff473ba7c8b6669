"""Mail to be sent: queued as a job, put into words and given its link when it is sent.

A job holds no secret and, but for a new address, nothing of a person: the one-time link is made in
the moment of sending, so that a mail that is tried again carries a fresh one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import JobKind, Language, Letter
from checklist_app.mail.message import Mail
from checklist_app.models import Job, User
from checklist_app.services import audit, letters
from checklist_app.services.clock import now
from checklist_app.services.links import LINK_MINUTES, is_in_use, issue_link
from checklist_app.translation import translator


def queue(session: Session, letter: Letter, user: User | None, **facts: Any) -> None:
    """Queue a letter to a person, or to nobody: whoever asks cannot tell the one from the other."""
    moment = now()
    payload = {"letter": letter.value, "user_id": user.id if user else None, **facts}
    session.add(
        Job(
            kind=JobKind.SEND_MAIL,
            payload=payload,
            run_after=moment,
            created_at=moment,
            created_by_id=user.id if user else None,
        )
    )


def notify(
    session: Session, config: Config, user: User, *, subject: Text, body: Text, to: str = ""
) -> None:
    """Queue a notice about a person's account, where mail is set up; ``to`` if not their address.

    It is written in their language when it is sent.
    """
    if config.sends_mail:
        facts = {"subject": subject.to_json(), "body": body.to_json(), "to": to}
        queue(session, Letter.NOTICE, user, **facts)


def hand_over_link(session: Session, actor: Actor | None, user: User, config: Config) -> str | None:
    """Get a person the link that sets their password.

    Returns:
        None when it goes by mail; without mail its secret, for whoever asked to hand over.
    """
    if not config.sends_mail:
        return issue_link(session, actor, user, config)
    queue(session, Letter.RESET, user)
    audit.record(session, actor, "account:link:mail", user.email)
    return None


def language_of(config: Config, user: User) -> Language:
    """Return the language that a person is written in."""
    return user.language or Language(config.default_language)


def prepare(session: Session, config: Config, payload: dict[str, Any]) -> Mail | None:
    """Return the mail that a job sends, with its one-time link made; None when there is nobody."""
    user = session.get(User, payload["user_id"]) if payload.get("user_id") else None
    if user is None or not user.is_active:
        return None
    letter = Letter(payload["letter"])
    if letter is Letter.NOTICE:
        subject, body = Text.from_json(payload["subject"]), Text.from_json(payload["body"])
        return _written(config, user, letters.Words(subject, (body,)), payload["to"] or user.email)
    if letter is Letter.CONFIRM_EMAIL:
        return _confirmation(session, config, user, payload["email"])
    token = issue_link(session, None, user, config)
    address = f"{config.base_url}/set-password/{token}"
    words = (
        letters.reset(config, user.name, address, LINK_MINUTES)
        if is_in_use(session, user)
        else letters.invitation(config, user.name, address)
    )
    return _written(config, user, words, user.email)


def forget(session: Session, job_id: int) -> None:
    """Take what a mail was about out of its job, which is over."""
    session.get_one(Job, job_id).payload = {}


def _confirmation(session: Session, config: Config, user: User, email: str) -> Mail | None:
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        return None  # whoever asked is not told that the address has an account
    token = issue_link(session, None, user, config, new_email=email)
    address = f"{config.base_url}/confirm-email/{token}"
    return _written(
        config, user, letters.confirm_email(config, user.name, address, LINK_MINUTES), email
    )


def _written(config: Config, user: User, words: letters.Words, to: str) -> Mail:
    language = language_of(config, user)
    say = translator(language)
    parts = [say(part) for part in words.paragraphs]
    return Mail(
        to,
        language,
        say(words.subject),
        "\n\n".join([*parts, say(letters.signature(config))]) + "\n",
    )
