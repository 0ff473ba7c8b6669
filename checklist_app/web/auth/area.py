"""What the rooms of this area share: its blueprint, and how often somebody may try."""

from __future__ import annotations

from flask import Blueprint, request

from checklist_app.web.attempts import account_named, account_named_here, is_usual_place_of

blueprint = Blueprint("auth", __name__)

REFUSED = 422
PER_OWN_ACCOUNT = "10 per 15 minutes"
"""Whoever sits at somebody else's open browser may not guess the password there either."""


def named_account() -> str:
    """Return the account that a form speaks of, for counting."""
    return account_named(request.form.get("email", ""))


def named_account_and_address() -> str:
    """Return the account that a form speaks of together with where the request comes from."""
    return account_named_here(request.form.get("email", ""))


def is_usual_place() -> bool:
    """Return whether the owner of the account that a form speaks of has been signed in here."""
    return is_usual_place_of(request.form.get("email", ""))


def was_refused(response: object) -> bool:
    """Return whether an answer counts as a failed attempt."""
    return getattr(response, "status_code", 0) == REFUSED
