"""Confirming who sits at a signed-in browser, and going on with what was asked for."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.services.confirmation import confirm_by_password
from checklist_app.services.sessions import record_refusal
from checklist_app.web.access import actor, origin, renew, requires, serves_enrolment
from checklist_app.web.auth.area import (
    PER_OWN_ACCOUNT,
    REFUSED,
    blueprint,
    signed_in_account,
    was_refused,
)
from checklist_app.web.auth.forms import ConfirmForm
from checklist_app.web.extensions import limiter
from checklist_app.web.forms import show_error
from checklist_app.web.targets import local_target
from checklist_app.web.transaction import db_session, resources
from checklist_app.web.waiting import Waiting


@blueprint.route("/confirm", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@serves_enrolment
@limiter.limit(
    PER_OWN_ACCOUNT, key_func=signed_in_account, methods=["POST"], deduct_when=was_refused
)
def confirm() -> ResponseReturnValue:
    """Ask for the password once more; then show again what was sent, or go where one was going."""
    form = ConfirmForm()
    target = request.form.get("target", "")
    waiting = Waiting.unpacked(target, request.form.get("packed", ""))
    if not form.is_submitted():
        wanted = request.args.get("next")
        return render_template("auth/confirm.html", form=form, waiting=None, wanted=wanted)
    try:
        token = confirm_by_password(db_session(), actor(), form.password.data or "")
    except InvalidInput as error:
        show_error(form, error)
        db_session().rollback()
        with resources().sessions.begin() as apart:
            record_refusal(apart, actor().email, origin())
        wanted = request.form.get("next")
        page = render_template("auth/confirm.html", form=form, waiting=waiting, wanted=wanted)
        return page, REFUSED
    renew(token)
    if waiting is None:
        return redirect(local_target(request.form.get("next")), 303)
    return render_template("auth/confirmed.html", waiting=waiting)
