"""One mail as bytes: headers that nothing a user wrote can break, and plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from checklist_app.config import Config
from checklist_app.domain.vocabulary import Language

LONGEST_SUBJECT = 150
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in words, ready to be sent.

    Attributes:
        to: the one address that gets it.
        language: what it is written in.
        subject: one line.
        body: plain text.
    """

    to: str
    language: Language
    subject: str
    body: str


def one_line(words: str) -> str:
    """Return words as they may stand in a header: without line breaks, of bounded length."""
    return _UNPRINTABLE.sub(" ", words).strip()[:LONGEST_SUBJECT]


def as_message(config: Config, mail: Mail) -> EmailMessage:
    """Return a mail with all its headers."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(config.organisation), addr_spec=config.mail_from)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=config.mail_from.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="quoted-printable")
    message["Content-Language"] = mail.language.value
    return message
