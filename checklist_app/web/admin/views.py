"""Accounts and background work, for administrators."""

from __future__ import annotations

from itertools import starmap

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import DomainError
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import Language, OrganisationRole, Role
from checklist_app.queries.accounts import background_work
from checklist_app.queries.accounts import users as all_users
from checklist_app.queries.people import projects_to_invite_into
from checklist_app.services import accounts, invitations
from checklist_app.services.clock import now
from checklist_app.services.invitations import Newcomer
from checklist_app.services.organisation import set_organisation_role
from checklist_app.web.access import actor, recent_auth, requires
from checklist_app.web.admin.forms import InviteForm
from checklist_app.web.forms import SelectChoice, form_choice, show_error
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, resources

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

REFUSED = 422


@blueprint.get("/users")
@requires(Permission.ORGANISATION_VIEW)
def users() -> ResponseReturnValue:
    """Show every account."""
    return _users(_invite_form(), 200)


@blueprint.post("/users")
@requires(Permission.USER_MANAGE)
@recent_auth(_l("Invite a person"))
def invite() -> ResponseReturnValue:
    """Create an account; its link goes by mail, or is shown once where there is none."""
    form = _invite_form()
    if not form.validate_on_submit():
        return _users(form, REFUSED)
    try:
        _, token = invitations.invite(db_session(), actor(), resources().config, _newcomer(form))
    except DomainError as error:
        show_error(form, error)
        db_session().rollback()
        return _users(form, REFUSED)
    return _handed_over(token)


@blueprint.post("/users/<int:user_id>/link")
@requires(Permission.USER_MANAGE)
@recent_auth(_l("Make a one-time link for an account"))
def renew_link(user_id: int) -> ResponseReturnValue:
    """Make a new one-time link for somebody who lost theirs."""
    token = accounts.renew_link(db_session(), actor(), resources().config, user_id)
    return _handed_over(token)


@blueprint.post("/users/<int:user_id>/deactivate")
@requires(Permission.USER_MANAGE)
@recent_auth(_l("Close an account"))
def deactivate(user_id: int) -> ResponseReturnValue:
    """Close an account; its sessions end at once."""
    user = accounts.set_active(db_session(), actor(), user_id, active=False)
    done(gettext("The account of %(email)s is closed.", email=user.email))
    return redirect(url_for("admin.users"), 303)


@blueprint.post("/users/<int:user_id>/activate")
@requires(Permission.USER_MANAGE)
@recent_auth(_l("Open an account again"))
def activate(user_id: int) -> ResponseReturnValue:
    """Open an account again."""
    user = accounts.set_active(db_session(), actor(), user_id, active=True)
    done(gettext("The account of %(email)s is open.", email=user.email))
    return redirect(url_for("admin.users"), 303)


@blueprint.post("/users/<int:user_id>/role")
@requires(Permission.USER_MANAGE)
@recent_auth(_l("Change what a person is in the organisation"))
def set_role(user_id: int) -> ResponseReturnValue:
    """Say what a person is in the organisation; their sessions end."""
    role = form_choice("role", OrganisationRole)
    user = set_organisation_role(db_session(), actor(), user_id, role)
    done(gettext("The role of %(email)s is changed.", email=user.email))
    return redirect(url_for("admin.users"), 303)


@blueprint.get("/jobs")
@requires(Permission.ORGANISATION_VIEW)
def jobs() -> ResponseReturnValue:
    """Show the newest background work of all projects."""
    newest, workers = background_work(db_session(), actor(), now())
    return render_template("admin/jobs.html", jobs=newest, workers=workers)


def _invite_form(**given: object) -> InviteForm:
    form = InviteForm(language=resources().config.default_language, **given)
    mine = projects_to_invite_into(db_session(), actor())
    if mine:
        form.project.choices = [SelectChoice("", gettext("None yet")), *starmap(SelectChoice, mine)]
    else:
        del form.project, form.role
    return form


def _newcomer(form: InviteForm) -> Newcomer:
    joins = form.project.data if "project" in form else ""
    return Newcomer(
        email=form.email.data or "",
        name=form.name.data or "",
        organisation_role=OrganisationRole(form.organisation_role.data),
        language=Language(form.language.data),
        project=joins,
        role=Role(form.role.data) if joins else Role.VIEWER,
    )


def _handed_over(token: str | None) -> ResponseReturnValue:
    """Say that the link is on its way, or show it: in this answer alone."""
    if token is None:
        done(gettext("The link goes to them by mail."))
        return redirect(url_for("admin.users"), 303)
    db_session().flush()
    link = resources().config.base_url + url_for("auth.set_password", token=token)
    return _users(_invite_form(formdata=None), 200, link)


def _users(form: InviteForm, status: int, link: str = "") -> ResponseReturnValue:
    people = all_users(db_session(), actor())
    page = render_template(
        "admin/users.html",
        users=people,
        form=form,
        invite_link=link,
        sends_mail=resources().config.sends_mail,
    )
    return page, status
