"""What the rooms of this area share: its blueprint, and how often somebody may try."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from checklist_app.services.sessions import has_been_at
from checklist_app.web.extensions import visitor_network
from checklist_app.web.transaction import db_session

blueprint = Blueprint("auth", __name__)

REFUSED = 422
PER_ADDRESS = "60 per 15 minutes"
PER_ACCOUNT_AND_ADDRESS = "10 per 15 minutes"
PER_ACCOUNT = "200 per hour"
PER_OWN_ACCOUNT = "10 per 15 minutes"
"""Whoever sits at somebody else's open browser may not guess the password there either."""


def named_account() -> str:
    """Return the account that a form speaks of, for counting; capitals and blanks make no other."""
    return "account:" + request.form.get("email", "").strip().lower()[:254]


def named_account_and_address() -> str:
    """Return the account that a form speaks of together with where the request comes from."""
    return f"{named_account()}@{visitor_network()}"


def is_usual_place() -> bool:
    """Return whether the owner of the account that a form speaks of has been signed in here.

    Guesses from everywhere at once then lock nobody out of the place where they work.
    """
    email = request.form.get("email", "")[:254]
    return bool(email) and has_been_at(db_session(), email, request.remote_addr or "")


def signed_in_account() -> str:
    """Return who is signed in, for counting."""
    return f"user:{current_user.id}" if current_user.is_authenticated else visitor_network()


def was_refused(response: object) -> bool:
    """Return whether an answer counts as a failed attempt."""
    return getattr(response, "status_code", 0) == REFUSED
