"""Confirming who sits at a signed-in browser, and going on with what was asked for."""

from __future__ import annotations

from flask import Response, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.services.confirmation import (
    begin_by_passkey,
    confirm_by_code,
    confirm_by_passkey,
    confirm_by_password,
)
from checklist_app.services.sessions import record_refusal
from checklist_app.web.access import actor, origin, renew, requires, serves_enrolment
from checklist_app.web.attempts import signed_in_account
from checklist_app.web.auth.area import (
    PER_OWN_ACCOUNT,
    REFUSED,
    blueprint,
    was_refused,
)
from checklist_app.web.auth.entering import PROOF, sent, taken
from checklist_app.web.auth.forms import ConfirmForm
from checklist_app.web.extensions import limiter
from checklist_app.web.forms import show_error
from checklist_app.web.targets import local_target
from checklist_app.web.transaction import db_session, resources
from checklist_app.web.waiting import Waiting, ways_to_confirm


@blueprint.route("/confirm", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@serves_enrolment
@limiter.limit(
    PER_OWN_ACCOUNT, key_func=signed_in_account, methods=["POST"], deduct_when=was_refused
)
def confirm() -> ResponseReturnValue:
    """Ask for a proof once more; then show again what was sent, or go where one was going."""
    form = ConfirmForm()
    target = request.form.get("target", "")
    waiting = Waiting.unpacked(target, request.form.get("packed", ""))
    if not form.is_submitted():
        wanted = request.args.get("next")
        return render_template(
            "auth/confirm.html", form=form, waiting=None, wanted=wanted, ways=ways_to_confirm()
        )
    try:
        token = _prove(form.password.data or "")
    except InvalidInput as error:
        show_error(form, error)
        db_session().rollback()
        with resources().sessions.begin() as apart:
            record_refusal(apart, actor().email, origin())
        wanted = request.form.get("next")
        page = render_template(
            "auth/confirm.html", form=form, waiting=waiting, wanted=wanted, ways=ways_to_confirm()
        )
        return page, REFUSED
    renew(token)
    if waiting is None:
        return redirect(local_target(request.form.get("next")), 303)
    return render_template("auth/confirmed.html", waiting=waiting)


@blueprint.post("/confirm/options")
@requires(Permission.ACCOUNT_MANAGE)
@serves_enrolment
def confirm_options() -> ResponseReturnValue:
    """Begin to confirm with a passkey."""
    token, options = begin_by_passkey(db_session(), resources().config, actor())
    cookie[PROOF] = token
    return Response(options, mimetype="application/json")


def _prove(password: str) -> str:
    config, code, answer = resources().config, sent("code"), sent("credential")
    if answer:
        proof = taken(ProofPurpose.CONFIRM)
        return confirm_by_passkey(db_session(), config, actor(), proof, answer)
    if code:
        return confirm_by_code(db_session(), config, actor(), code)
    return confirm_by_password(db_session(), actor(), password)
