"""Signing in and out."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, logout_user

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.services import passkeys, second_factor, sessions
from checklist_app.web.access import actor, origin, public, requires, serves_enrolment
from checklist_app.web.attempts import GUESSES, PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS, PER_ADDRESS
from checklist_app.web.auth.area import (
    REFUSED,
    blueprint,
    is_usual_place,
    named_account,
    named_account_and_address,
    was_refused,
)
from checklist_app.web.auth.entering import go_on
from checklist_app.web.auth.forms import SignInForm
from checklist_app.web.extensions import limiter
from checklist_app.web.filters import told
from checklist_app.web.targets import local_target
from checklist_app.web.transaction import db_session, resources


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit(PER_ADDRESS, methods=["POST"], deduct_when=was_refused)
@limiter.shared_limit(
    PER_ACCOUNT_AND_ADDRESS,
    GUESSES,
    key_func=named_account_and_address,
    methods=["POST"],
    deduct_when=was_refused,
)
@limiter.shared_limit(
    PER_ACCOUNT,
    GUESSES,
    key_func=named_account,
    methods=["POST"],
    deduct_when=was_refused,
    exempt_when=is_usual_place,
)
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail address and password."""
    if current_user.is_authenticated and request.method == "GET":
        return redirect(local_target(request.args.get("next")), 303)
    form = SignInForm(next=request.args.get("next", ""))
    if not form.is_submitted():
        return _page(form)
    if not resources().config.password_sign_in:
        return _page(form, gettext("Passwords are switched off here. Sign in another way."))
    try:
        person = sessions.person_by_password(
            db_session(), email=form.email.data or "", password=form.password.data or ""
        )
    except InvalidInput as error:
        # Ours holds SQLite's one write lock; the refusal is kept even though this request is not.
        db_session().rollback()
        with resources().sessions.begin() as apart:
            sessions.record_refusal(apart, form.email.data or "", origin())
        return _page(form, told(error.text))
    entered = second_factor.enter(db_session(), resources().config, person, origin(), by="password")
    return go_on(entered, form.next.data)


def _page(form: SignInForm, error: str = "") -> ResponseReturnValue:
    config = resources().config
    page = render_template(
        "auth/sign_in.html",
        form=form,
        form_error=error,
        takes_passwords=config.password_sign_in,
        passkeys_possible=passkeys.is_possible(config),
        provider=config.oidc_label if config.has_single_sign_on else "",
    )
    return page, REFUSED if error else 200


@blueprint.post("/sign-out")
@requires(Permission.ACCOUNT_MANAGE)
@serves_enrolment
def sign_out() -> ResponseReturnValue:
    """End this session."""
    sessions.sign_out(db_session(), actor())
    logout_user()
    cookie.clear()
    return redirect(url_for("auth.sign_in"), 303)
