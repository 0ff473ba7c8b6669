"""One's own account: the password, and where one is signed in."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.queries.accounts import own_programs, own_sessions
from checklist_app.services import access_tokens, accounts, sessions
from checklist_app.services.clock import now
from checklist_app.services.rotation import rotate
from checklist_app.web.access import actor, origin, renew, requires
from checklist_app.web.attempts import signed_in_account
from checklist_app.web.auth.area import (
    PER_OWN_ACCOUNT,
    REFUSED,
    blueprint,
    was_refused,
)
from checklist_app.web.auth.forms import ChangePasswordForm
from checklist_app.web.extensions import limiter
from checklist_app.web.forms import show_error
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, resources


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@limiter.limit(
    PER_OWN_ACCOUNT, key_func=signed_in_account, methods=["POST"], deduct_when=was_refused
)
def account() -> ResponseReturnValue:
    """Show where one is signed in and change one's password."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            accounts.change_password(
                db_session(),
                actor(),
                resources().config,
                form.current.data or "",
                form.password.data or "",
            )
        except InvalidInput as error:
            show_error(form, error)
            if error.field == "current":
                # Whoever sits at an open session may guess here as well as at the sign-in.
                db_session().rollback()
                with resources().sessions.begin() as apart:
                    sessions.record_refusal(apart, actor().email, origin())
        else:
            renew(rotate(db_session(), actor()))
            done(gettext("Your password is changed. Every other session has ended."))
            return redirect(url_for("auth.account"), 303)
    idle = timedelta(minutes=resources().config.session_idle_minutes)
    page = render_template(
        "auth/account.html",
        password_form=form,
        sessions=own_sessions(db_session(), actor(), now(), idle),
        programs=own_programs(db_session(), actor(), now()),
    )
    return page, REFUSED if form.is_submitted() else 200


@blueprint.post("/account/sessions/<int:session_id>/revoke")
@requires(Permission.ACCOUNT_MANAGE)
def revoke_session(session_id: int) -> ResponseReturnValue:
    """End another of one's own sessions."""
    sessions.revoke(db_session(), actor(), session_id)
    done(gettext("That session has ended."))
    return redirect(url_for("auth.account"), 303)


@blueprint.post("/account/programs/<int:family_id>/end")
@requires(Permission.ACCOUNT_MANAGE)
def end_program(family_id: int) -> ResponseReturnValue:
    """End one sign-in of one's own programs."""
    access_tokens.end_program(db_session(), actor(), family_id)
    done(gettext("That program is signed out. Its tokens no longer open anything."))
    return redirect(url_for("auth.account"), 303)


@blueprint.post("/account/sessions/revoke-others")
@requires(Permission.ACCOUNT_MANAGE)
def revoke_other_sessions() -> ResponseReturnValue:
    """End all of one's own sessions but this one, and the sign-ins of one's programs."""
    sessions.revoke_others(db_session(), actor())
    done(gettext("You are signed out everywhere else, programs included."))
    return redirect(url_for("auth.account"), 303)
