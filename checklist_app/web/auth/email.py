"""One's own e-mail address: asked for here, changed when the new address has answered."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_login import current_user, logout_user

from checklist_app.domain.errors import DomainError, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import TokenPurpose
from checklist_app.services.email_change import ask_for_new_email, change_email_by_link
from checklist_app.services.links import usable_link
from checklist_app.web.access import actor, public, recent_auth, requires
from checklist_app.web.attempts import signed_in_account
from checklist_app.web.auth.area import REFUSED, blueprint
from checklist_app.web.auth.forms import EmailForm
from checklist_app.web.extensions import limiter
from checklist_app.web.forms import show_error
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, resources


@blueprint.route("/account/email", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Change your e-mail address"))
@limiter.limit("10 per hour", key_func=signed_in_account, methods=["POST"])
def change_email() -> ResponseReturnValue:
    """Send a link to the new address; nothing changes before it is followed."""
    form = EmailForm()
    if form.validate_on_submit():
        try:
            ask_for_new_email(db_session(), actor(), resources().config, form.email.data or "")
        except DomainError as error:
            show_error(form, error)
        else:
            done(gettext("A link is on its way to the new address. Follow it to make the change."))
            return redirect(url_for("auth.account"), 303)
    status = REFUSED if form.is_submitted() else 200
    sends_mail = resources().config.sends_mail
    return render_template("auth/email.html", form=form, sends_mail=sends_mail), status


@blueprint.route("/confirm-email/<code>", methods=["GET", "POST"])
@public
@limiter.limit("30 per 15 minutes")
def confirm_email(code: str) -> ResponseReturnValue:
    """Make the new address the one of the account, once its owner presses the button."""
    form = EmailForm()
    try:
        link = usable_link(db_session(), code, TokenPurpose.CONFIRM_EMAIL)
        if form.is_submitted():
            change_email_by_link(db_session(), resources().config, code)
    except NotFound:
        return render_template("auth/confirm_email.html", link=None), 404
    if not form.is_submitted():
        return render_template("auth/confirm_email.html", link=link)
    if current_user.is_authenticated:
        logout_user()
    done(gettext("Your address is changed. Every session has ended; please sign in with it."))
    return redirect(url_for("auth.sign_in"), 303)
