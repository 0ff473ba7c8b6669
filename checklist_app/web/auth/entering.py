"""What the ways in have in common: a session at the end, or the second step before it."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user

from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.models import PendingProof
from checklist_app.services import pending, sessions
from checklist_app.services.second_factor import Entered
from checklist_app.web.access import actor, remember
from checklist_app.web.attempts import second_step_of
from checklist_app.web.targets import local_target
from checklist_app.web.transaction import db_session, resources

PENDING = "pending"
PENDING_FOR = "pending_for"
GOING_TO = "going_to"
PROOF = "passkey_proof"


def go_on(entered: Entered, going_to: str | None) -> ResponseReturnValue:
    """Open the session, or ask for the second factor; what the cookie held before is gone."""
    if entered.session_token:
        return let_in(entered.session_token, going_to)
    _leave()
    cookie.clear()
    cookie[PENDING] = entered.pending_token
    cookie[PENDING_FOR] = entered.user_id
    cookie[GOING_TO] = (going_to or "")[:1000]
    return redirect(url_for("auth.second_factor_step"), 303)


def let_in(session_token: str, going_to: str | None) -> ResponseReturnValue:
    """Give the browser its session and lead it to the page that was asked for."""
    _leave()
    remember(session_token)
    return redirect(local_target(going_to), 303)


def _leave() -> None:
    """End the session that this browser had before."""
    if current_user.is_authenticated:
        sessions.sign_out(db_session(), actor())


def pending_account() -> str:
    """Return whose second step this browser is at, for counting; the cookie is signed."""
    return second_step_of(cookie.get(PENDING_FOR))


def undo() -> None:
    """Undo this request, so that its refusal can be recorded apart: SQLite has one write lock."""
    db_session().rollback()


def kept(name: str) -> str:
    """Return a text of the signed cookie; empty when it holds none."""
    value = cookie.get(name, "")
    return value if isinstance(value, str) else ""


def sent(name: str) -> str:
    """Return a field of the form as it was sent."""
    return request.form.get(name, "")


def taken(purpose: ProofPurpose) -> PendingProof:
    """Return what this browser was to prove with a passkey, and end it whatever comes of it."""
    token = kept(PROOF)
    cookie.pop(PROOF, None)
    with resources().sessions.begin() as apart:
        return pending.take(apart, purpose, token)
