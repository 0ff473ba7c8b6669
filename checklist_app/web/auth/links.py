"""One-time links, followed by somebody who is not signed in yet."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.services import accounts, second_factor
from checklist_app.services.links import link_owner
from checklist_app.web.access import origin, public
from checklist_app.web.auth.area import REFUSED, blueprint
from checklist_app.web.auth.entering import go_on
from checklist_app.web.auth.forms import NewPasswordForm
from checklist_app.web.extensions import limiter
from checklist_app.web.forms import show_error
from checklist_app.web.transaction import db_session, resources


@blueprint.route("/set-password/<token>", methods=["GET", "POST"])
@public
@limiter.limit("30 per 15 minutes")
def set_password(token: str) -> ResponseReturnValue:
    """Choose a password by a one-time link, and be signed in."""
    try:
        person = link_owner(db_session(), token)
    except NotFound:
        return render_template("auth/set_password.html", invalid=True), 404
    form, config = NewPasswordForm(), resources().config
    if form.validate_on_submit():
        try:
            user = accounts.set_password_by_link(
                db_session(), config, token, form.password.data or ""
            )
        except InvalidInput as error:
            show_error(form, error)
        else:
            # The link stands for the password alone: it replaces no second factor.
            return go_on(second_factor.enter(db_session(), config, user, origin(), by="link"), None)
    status = REFUSED if form.is_submitted() else 200
    return render_template("auth/set_password.html", form=form, person=person), status
