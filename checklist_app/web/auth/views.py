"""Signing in and out, one-time links, one's own account."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, logout_user

from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import Language, Theme
from checklist_app.queries.accounts import own_sessions
from checklist_app.services import accounts, sessions
from checklist_app.services.clock import now
from checklist_app.web.access import actor, origin, public, remember, requires
from checklist_app.web.auth.forms import ChangePasswordForm, NewPasswordForm, SignInForm
from checklist_app.web.extensions import limiter, visitor_network
from checklist_app.web.filters import told
from checklist_app.web.forms import show_error
from checklist_app.web.messages import done
from checklist_app.web.targets import local_target
from checklist_app.web.transaction import db_session, resources

blueprint = Blueprint("auth", __name__)

REFUSED = 422
PER_ADDRESS = "60 per 15 minutes"
PER_ACCOUNT_AND_ADDRESS = "10 per 15 minutes"
PER_ACCOUNT = "200 per hour"
PER_OWN_ACCOUNT = "10 per 15 minutes"
"""Whoever sits at somebody else's open browser may not guess the password there either."""


def _account() -> str:
    return "account:" + request.form.get("email", "").strip().lower()[:254]


def _account_and_address() -> str:
    return f"{_account()}@{visitor_network()}"


def _signed_in_account() -> str:
    return f"user:{current_user.id}" if current_user.is_authenticated else visitor_network()


def _was_refused(response: object) -> bool:
    return getattr(response, "status_code", 0) == REFUSED


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit(PER_ADDRESS, methods=["POST"], deduct_when=_was_refused)
@limiter.limit(
    PER_ACCOUNT_AND_ADDRESS,
    key_func=_account_and_address,
    methods=["POST"],
    deduct_when=_was_refused,
)
@limiter.limit(PER_ACCOUNT, key_func=_account, methods=["POST"], deduct_when=_was_refused)
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail address and password."""
    if current_user.is_authenticated and request.method == "GET":
        return redirect(local_target(request.args.get("next")), 303)
    form = SignInForm(next=request.args.get("next", ""))
    if not form.is_submitted():
        return render_template("auth/sign_in.html", form=form)
    try:
        token = sessions.sign_in(
            db_session(),
            resources().config,
            email=form.email.data or "",
            password=form.password.data or "",
            origin=origin(),
        )
    except InvalidInput as error:
        # Ours holds SQLite's one write lock; the refusal is kept even though this request is not.
        db_session().rollback()
        with resources().sessions.begin() as apart:
            sessions.record_refusal(apart, form.email.data or "", origin())
        return render_template("auth/sign_in.html", form=form, form_error=told(error.text)), REFUSED
    remember(token)
    return redirect(local_target(form.next.data), 303)


@blueprint.post("/sign-out")
@requires(Permission.ACCOUNT_MANAGE)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    sessions.sign_out(db_session(), actor())
    logout_user()
    cookie.clear()
    return redirect(url_for("auth.sign_in"), 303)


@blueprint.route("/set-password/<token>", methods=["GET", "POST"])
@public
@limiter.limit("30 per 15 minutes")
def set_password(token: str) -> ResponseReturnValue:
    """Choose a password by a one-time link, and be signed in."""
    try:
        person = accounts.link_owner(db_session(), token)
    except NotFound:
        return render_template("auth/set_password.html", invalid=True), 404
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            user = accounts.set_password_by_link(db_session(), token, form.password.data or "")
        except InvalidInput as error:
            show_error(form, error)
        else:
            config = resources().config
            remember(sessions.open_session(db_session(), config, user, origin()))
            return redirect(url_for("projects.index"), 303)
    status = REFUSED if form.is_submitted() else 200
    return render_template("auth/set_password.html", form=form, person=person), status


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@limiter.limit(
    PER_OWN_ACCOUNT, key_func=_signed_in_account, methods=["POST"], deduct_when=_was_refused
)
def account() -> ResponseReturnValue:
    """Show one's sessions and change one's password."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            accounts.change_password(
                db_session(), actor(), form.current.data or "", form.password.data or ""
            )
        except InvalidInput as error:
            show_error(form, error)
        else:
            done(gettext("Your password is changed. Every other session has ended."))
            return redirect(url_for("auth.account"), 303)
    mine = own_sessions(db_session(), actor(), now())
    status = REFUSED if form.is_submitted() else 200
    return render_template("auth/account.html", password_form=form, sessions=mine), status


@blueprint.post("/account/sessions/<int:session_id>/revoke")
@requires(Permission.ACCOUNT_MANAGE)
def revoke_session(session_id: int) -> ResponseReturnValue:
    """End another of one's own sessions."""
    sessions.revoke(db_session(), actor(), session_id)
    done(gettext("That session has ended."))
    return redirect(url_for("auth.account"), 303)


@blueprint.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """Choose the language of the screens."""
    chosen = request.form.get("language")
    if chosen in set(Language):
        cookie["language"] = chosen
        if current_user.is_authenticated:
            accounts.set_preferences(db_session(), actor(), language=Language(chosen))
    return redirect(local_target(request.form.get("next")), 303)


@blueprint.post("/theme")
@public
def set_theme() -> ResponseReturnValue:
    """Choose light or dark screens."""
    chosen = request.form.get("theme")
    if chosen in set(Theme):
        cookie["theme"] = chosen
        if current_user.is_authenticated:
            accounts.set_preferences(db_session(), actor(), theme=Theme(chosen))
    return redirect(local_target(request.form.get("next")), 303)
