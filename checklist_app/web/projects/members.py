"""Who takes part in a project: people and groups."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import DomainError
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import Role
from checklist_app.queries import members as queries
from checklist_app.services import members
from checklist_app.web.access import actor, project, recent_auth, requires
from checklist_app.web.attempts import NAMING, PER_NAMING, named_nobody, signed_in_account
from checklist_app.web.extensions import limiter
from checklist_app.web.forms import form_choice, form_number, show_error
from checklist_app.web.messages import done
from checklist_app.web.projects.forms import MemberForm
from checklist_app.web.transaction import db_session, resources

blueprint = Blueprint("members", __name__, url_prefix="/projects/<slug>/members")

REFUSED = 422


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show who takes part, and where each role comes from."""
    return _members(MemberForm(), 200)


@blueprint.post("")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(_l("Add a member to the project"))
@limiter.shared_limit(
    PER_NAMING, NAMING, key_func=signed_in_account, methods=["POST"], deduct_when=named_nobody
)
def add(slug: str) -> ResponseReturnValue:
    """Give a person a role; one without an account gets a one-time link."""
    form = MemberForm()
    if not form.validate_on_submit():
        return _members(form, REFUSED)
    try:
        token = members.add_member(
            db_session(),
            project(),
            resources().config,
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
        )
    except DomainError as error:
        show_error(form, error)
        return _members(form, REFUSED)
    done(gettext("%(email)s is a member now.", email=form.email.data))
    if token is None:
        return redirect(url_for("members.index", slug=slug), 303)
    # The link is in this answer alone: a redirect would have to keep it somewhere.
    link = resources().config.base_url + url_for("auth.set_password", token=token)
    return _members(MemberForm(formdata=None), 200, link)


@blueprint.post("/<int:user_id>/role")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(_l("Change the role of a member"))
def change_role(slug: str, user_id: int) -> ResponseReturnValue:
    """Change a member's role."""
    members.change_role(db_session(), project(), user_id, form_choice("role", Role))
    done(gettext("Saved."))
    return redirect(url_for("members.index", slug=slug), 303)


@blueprint.post("/<int:user_id>/remove")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(_l("Take a member out of the project"))
def remove(slug: str, user_id: int) -> ResponseReturnValue:
    """Take a person out of the project."""
    members.remove_member(db_session(), project(), user_id)
    done(gettext("They are no longer a member; what they wrote stays."))
    if user_id == actor().user_id:
        return redirect(url_for("projects.index"), 303)
    return redirect(url_for("members.index", slug=slug), 303)


@blueprint.post("/groups")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(_l("Add a group to the project"))
def add_group(slug: str) -> ResponseReturnValue:
    """Give everybody in a group a role."""
    role = form_choice("role", Role)
    members.add_group(db_session(), project(), form_number("group_id"), role)
    done(gettext("The group takes part now."))
    return redirect(url_for("members.index", slug=slug), 303)


@blueprint.post("/groups/<int:group_id>/role")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(_l("Change the role of a group"))
def change_group_role(slug: str, group_id: int) -> ResponseReturnValue:
    """Change the role of a group."""
    members.change_group_role(db_session(), project(), group_id, form_choice("role", Role))
    done(gettext("Saved."))
    return redirect(url_for("members.index", slug=slug), 303)


@blueprint.post("/groups/<int:group_id>/remove")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(_l("Take a group out of the project"))
def remove_group(slug: str, group_id: int) -> ResponseReturnValue:
    """Take a group out of the project."""
    members.remove_group(db_session(), project(), group_id)
    done(gettext("The group no longer takes part; whoever has a role of their own keeps it."))
    db_session().flush()
    if not queries.is_member(db_session(), project(), actor().user_id):
        return redirect(url_for("projects.index"), 303)
    return redirect(url_for("members.index", slug=slug), 303)


def _members(form: MemberForm, status: int, link: str = "") -> ResponseReturnValue:
    if Permission.USER_MANAGE not in actor().permissions:
        del form.name  # only whoever may make accounts has to name a new person
    db_session().flush()
    access = project()
    page = render_template(
        "projects/members.html",
        members=queries.members(db_session(), access),
        groups=queries.group_lines(db_session(), access),
        choices=queries.group_choices(db_session(), access),
        form=form,
        invite_link=link,
    )
    return page, status
