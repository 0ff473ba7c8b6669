"""What our mails say, before they are put into somebody's language."""

from __future__ import annotations

from dataclasses import dataclass

from checklist_app.config import Config
from checklist_app.domain.text import Text, text
from checklist_app.mail.message import one_line


@dataclass(frozen=True, slots=True)
class Words:
    """A letter: its subject, and its paragraphs."""

    subject: Text
    paragraphs: tuple[Text, ...]


def invitation(config: Config, name: str, address: str) -> Words:
    """Return the letter with somebody's first link."""
    return Words(
        text("Your account at %(organisation)s", organisation=config.organisation),
        (
            text("Hello %(name)s,", name=one_line(name)),
            text(
                "you have been given an account for the security checklists of %(organisation)s. "
                "Choose your password here; the link works once and for %(hours)s hours:",
                organisation=config.organisation,
                hours=config.invitation_hours,
            ),
            Text("%(address)s", {"address": address}),
            text(
                "If you did not expect this, leave it: nobody can use an account without password."
            ),
        ),
    )


def reset(config: Config, name: str, address: str, minutes: int) -> Words:
    """Return the letter with the link that sets a new password."""
    return Words(
        text("A new password for %(organisation)s", organisation=config.organisation),
        (
            text("Hello %(name)s,", name=one_line(name)),
            text(
                "a new password was asked for your account. Choose it here; the link works once "
                "and for %(minutes)s minutes:",
                minutes=minutes,
            ),
            Text("%(address)s", {"address": address}),
            text("If it was not you, leave this mail: your password stays as it is."),
        ),
    )


def confirm_email(config: Config, name: str, address: str, minutes: int) -> Words:
    """Return the letter that asks whether an address is the person's own."""
    return Words(
        text("Confirm your address for %(organisation)s", organisation=config.organisation),
        (
            text("Hello %(name)s,", name=one_line(name)),
            text(
                "this address is to become the one of your account. Confirm it here; the link "
                "works once and for %(minutes)s minutes:",
                minutes=minutes,
            ),
            Text("%(address)s", {"address": address}),
            text("If it was not you, leave this mail: nothing changes."),
        ),
    )


def signature(config: Config) -> Text:
    """Return the last lines of every letter."""
    return text(
        "%(organisation)s · %(base_url)s\nThis mail was sent by a program; nobody reads answers.",
        organisation=config.organisation,
        base_url=config.base_url,
    )
