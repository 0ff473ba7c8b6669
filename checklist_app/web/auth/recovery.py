"""A forgotten password: one answer for everybody, and a mail for whoever has an account."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from checklist_app.services.recovery import ask_for_reset
from checklist_app.web.access import origin, public
from checklist_app.web.auth.area import REFUSED, blueprint, named_account
from checklist_app.web.auth.forms import ForgotForm
from checklist_app.web.extensions import limiter
from checklist_app.web.transaction import db_session, resources


@blueprint.route("/forgot-password", methods=["GET", "POST"])
@public
@limiter.limit("20 per 15 minutes", methods=["POST"])
@limiter.limit("5 per hour", key_func=named_account, methods=["POST"])
def forgot_password() -> ResponseReturnValue:
    """Take an address, and say the same whether or not it has an account."""
    config = resources().config
    form = ForgotForm()
    is_possible = config.sends_mail and config.password_sign_in
    is_sent = is_possible and form.validate_on_submit()
    if is_sent:
        ask_for_reset(db_session(), form.email.data or "", origin())
    status = REFUSED if form.errors else 200
    page = render_template(
        "auth/forgot_password.html", form=form, is_sent=is_sent, sends_mail=is_possible
    )
    return page, status
