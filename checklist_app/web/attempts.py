"""How often somebody may try to sign in, and under which names the tries are counted.

Pages and programs count alike. A name that holds what somebody typed is a keyed hash of it: it is
written to Redis and to the log when a limit is met, people type passwords into the wrong field, and
half a character would be no key of Redis at all.
"""

from __future__ import annotations

import hmac
import logging
from typing import Final

from flask import g, request
from flask_login import current_user

from checklist_app.services.sessions import has_been_at
from checklist_app.web.extensions import visitor_network
from checklist_app.web.transaction import db_session, resources

PER_ADDRESS = "60 per 15 minutes"
PER_ACCOUNT_AND_ADDRESS = "10 per 15 minutes"
PER_ACCOUNT = "200 per hour"
PER_SECOND_STEP = "20 per hour"
"""Of refused factors of one account: it bounds what a stolen password is good for."""
GUESSES: Final = "guesses"
"""The counter of refused passwords, one for pages and programs together."""
SECOND_STEP: Final = "second step"
"""The counter of refused factors, one for pages and programs together."""
UNFIT = 422
NAMING: Final = "naming"
"""The counter of addresses that somebody named and that nobody has, pages and programs together."""
PER_NAMING = "20 per hour"
"""Of them: whoever owns a project may add people, and would learn who has an account."""

_log = logging.getLogger(__name__)


def account_named(typed: str) -> str:
    """Return the account that was typed, for counting; capitals and blanks make no other."""
    return f"account:{_hashed(typed.strip().lower())}"


def account_named_here(typed: str) -> str:
    """Return the account that was typed together with where the request comes from."""
    return f"{account_named(typed)}@{visitor_network()}"


def is_usual_place_of(typed: str) -> bool:
    """Return whether the owner of the account that was typed has been signed in here.

    Guesses from everywhere at once then lock nobody out of the place where they work.
    """
    try:
        return has_been_at(db_session(), typed, request.remote_addr or "")
    except Exception:
        # The limiter would take it for a Redis that is lost; the request itself will meet it again.
        _log.exception("places of a person were not found out")
        return False


def second_step_of(user_id: int | None) -> str:
    """Return whose factor is asked for, for counting; where nobody knows, the network."""
    return f"user:{user_id}" if user_id else visitor_network()


def ask_factor_of(user_id: int) -> None:
    """Remember whose factor this request shows, for :func:`factor_asked`."""
    g.factor_asked_of = user_id


def factor_asked() -> str:
    """Return whose factor this request shows, for counting."""
    return second_step_of(g.get("factor_asked_of"))


def signed_in_account() -> str:
    """Return who is signed in, for counting."""
    return f"user:{current_user.id}" if current_user.is_authenticated else visitor_network()


def named_nobody(response: object) -> bool:
    """Return whether an answer refused what somebody named."""
    return getattr(response, "status_code", 0) == UNFIT


def _hashed(typed: str) -> str:
    key = resources().config.session_secret().encode()
    return hmac.digest(key, b"counted:" + typed.encode(errors="surrogatepass"), "sha256").hex()
