"""Accounts and background work, for administrators."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from checklist_app.domain.errors import DomainError
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import OrganisationRole
from checklist_app.queries.accounts import newest_jobs, workers
from checklist_app.queries.accounts import users as all_users
from checklist_app.services import accounts
from checklist_app.services.clock import now
from checklist_app.services.organisation import set_organisation_role
from checklist_app.web.access import actor, requires
from checklist_app.web.admin.forms import InviteForm
from checklist_app.web.forms import form_choice, show_error
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, resources

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

REFUSED = 422


@blueprint.get("/users")
@requires(Permission.USER_MANAGE)
def users() -> ResponseReturnValue:
    """Show every account."""
    return _users(InviteForm(), 200)


@blueprint.post("/users")
@requires(Permission.USER_MANAGE)
def invite() -> ResponseReturnValue:
    """Create an account and show its one-time link."""
    form = InviteForm()
    if not form.validate_on_submit():
        return _users(form, REFUSED)
    try:
        _, token = accounts.invite_user(
            db_session(), actor(), email=form.email.data or "", name=form.name.data or ""
        )
    except DomainError as error:
        show_error(form, error)
        return _users(form, REFUSED)
    return _users(InviteForm(formdata=None), 200, _link(token))


@blueprint.post("/users/<int:user_id>/link")
@requires(Permission.USER_MANAGE)
def renew_link(user_id: int) -> ResponseReturnValue:
    """Make a new one-time link for somebody who lost theirs."""
    _, token = accounts.renew_link(db_session(), actor(), user_id)
    return _users(InviteForm(formdata=None), 200, _link(token))


@blueprint.post("/users/<int:user_id>/deactivate")
@requires(Permission.USER_MANAGE)
def deactivate(user_id: int) -> ResponseReturnValue:
    """Close an account; its sessions end at once."""
    user = accounts.set_active(db_session(), actor(), user_id, active=False)
    done(gettext("The account of %(email)s is closed.", email=user.email))
    return redirect(url_for("admin.users"), 303)


@blueprint.post("/users/<int:user_id>/activate")
@requires(Permission.USER_MANAGE)
def activate(user_id: int) -> ResponseReturnValue:
    """Open an account again."""
    user = accounts.set_active(db_session(), actor(), user_id, active=True)
    done(gettext("The account of %(email)s is open.", email=user.email))
    return redirect(url_for("admin.users"), 303)


@blueprint.post("/users/<int:user_id>/role")
@requires(Permission.USER_MANAGE)
def set_role(user_id: int) -> ResponseReturnValue:
    """Say what a person is in the organisation; their sessions end."""
    role = form_choice("role", OrganisationRole)
    user = set_organisation_role(db_session(), actor(), user_id, role)
    done(gettext("The role of %(email)s is changed.", email=user.email))
    return redirect(url_for("admin.users"), 303)


@blueprint.get("/jobs")
@requires(Permission.USER_MANAGE)
def jobs() -> ResponseReturnValue:
    """Show the newest background work of all projects."""
    return render_template(
        "admin/jobs.html",
        jobs=newest_jobs(db_session(), actor()),
        workers=workers(db_session(), actor(), now()),
    )


def _users(form: InviteForm, status: int, link: str = "") -> ResponseReturnValue:
    people = all_users(db_session(), actor())
    page = render_template("admin/users.html", users=people, form=form, invite_link=link)
    return page, status


def _link(token: str) -> str:
    return resources().config.base_url + url_for("auth.set_password", token=token)
