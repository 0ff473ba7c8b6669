"""The second step of signing in: a code of the app, one on paper, or a passkey."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from checklist_app.domain.errors import InvalidInput
from checklist_app.services import passkeys, second_factor
from checklist_app.services.factor_policy import factors_of
from checklist_app.services.pending import ProofOver
from checklist_app.web.access import origin, public
from checklist_app.web.attempts import PER_ADDRESS, PER_SECOND_STEP, SECOND_STEP
from checklist_app.web.auth.area import REFUSED, blueprint, was_refused
from checklist_app.web.auth.entering import (
    GOING_TO,
    PENDING,
    kept,
    let_in,
    pending_account,
    sent,
    undo,
)
from checklist_app.web.extensions import limiter
from checklist_app.web.filters import told
from checklist_app.web.transaction import db_session, resources


@blueprint.route("/sign-in/second-factor", methods=["GET", "POST"])
@public
@limiter.limit(PER_ADDRESS, methods=["POST"], deduct_when=was_refused)
@limiter.shared_limit(
    PER_SECOND_STEP,
    SECOND_STEP,
    key_func=pending_account,
    methods=["POST"],
    deduct_when=was_refused,
)
def second_factor_step() -> ResponseReturnValue:
    """Ask for the second factor, and open the session when it is right."""
    if request.method == "GET":
        return _page("", 200)
    try:
        token = _prove()
    except InvalidInput as error:
        return _page(told(error.text), REFUSED)
    return let_in(token, kept(GOING_TO))


@blueprint.post("/sign-in/second-factor/options")
@public
@limiter.limit(PER_ADDRESS)
def second_factor_options() -> ResponseReturnValue:
    """Return what the browser needs to use a passkey as the second step."""
    options = second_factor.passkey_options(db_session(), resources().config, kept(PENDING))
    return Response(options, mimetype="application/json")


def _prove() -> str:
    config, pending_token = resources().config, kept(PENDING)
    with resources().sessions.begin() as apart:
        user_id = second_factor.spend_try(apart, pending_token)
    answer = sent("credential")
    try:
        if answer:
            return second_factor.prove_by_passkey(
                db_session(), config, pending_token, answer, origin()
            )
        return second_factor.prove_by_code(
            db_session(), config, pending_token, sent("code"), origin()
        )
    except InvalidInput:
        undo()
        with resources().sessions.begin() as apart:
            second_factor.record_refusal(
                apart, user_id, origin(), by="passkey" if answer else "code"
            )
        raise


def _page(error: str, status: int) -> ResponseReturnValue:
    try:
        proof = second_factor.waiting(db_session(), kept(PENDING))
    except ProofOver:
        if not error:
            return redirect(url_for("auth.sign_in"), 303)
        return render_template("auth/second_factor.html", over=True, error=error), status
    config = resources().config
    held = factors_of(db_session(), proof.user_id or 0)
    page = render_template(
        "auth/second_factor.html",
        error=error,
        has_codes=held.codes,
        has_passkeys=held.passkeys > 0 and passkeys.is_possible(config),
        has_recovery_codes=held.recovery_codes > 0,
    )
    return page, status
