"""E-mail addresses in the one form that is stored."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text


def normalise_email(raw: str) -> str:
    """Return an address in the one form we store, or raise InvalidInput."""
    try:
        return validate_email(raw.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidInput(text("That is not an e-mail address."), field="email") from error
