"""Groups of people, for administrators."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import Conflict, DomainError, InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.queries.groups import group_cards
from checklist_app.services import groups
from checklist_app.web.access import actor, recent_auth, requires
from checklist_app.web.admin.forms import GroupForm, GroupPersonForm
from checklist_app.web.forms import show_error
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session

blueprint = Blueprint("groups", __name__, url_prefix="/admin/groups")

REFUSED = 422


@blueprint.get("")
@requires(Permission.ORGANISATION_VIEW)
def index() -> ResponseReturnValue:
    """Show every group and who is in it."""
    return _index(GroupForm(), 200)


@blueprint.post("")
@requires(Permission.GROUP_MANAGE)
def create() -> ResponseReturnValue:
    """Make a group."""
    form = GroupForm()
    if not form.validate_on_submit():
        return _index(form, REFUSED)
    try:
        groups.create_group(db_session(), actor(), form.name.data or "")
    except DomainError as error:
        show_error(form, error)
        return _index(form, REFUSED)
    return _back()


@blueprint.post("/<int:group_id>/delete")
@requires(Permission.GROUP_MANAGE)
@recent_auth(_l("Delete a group"))
def delete(group_id: int) -> ResponseReturnValue:
    """Delete a group and what people may do through it."""
    group = groups.delete_group(db_session(), actor(), group_id)
    done(gettext("The group %(name)s is deleted.", name=group.name))
    return _back()


@blueprint.post("/<int:group_id>/people")
@requires(Permission.GROUP_MANAGE)
@recent_auth(_l("Add a person to a group"))
def add_person(group_id: int) -> ResponseReturnValue:
    """Put a person into a group."""
    form = GroupPersonForm()
    if not form.validate_on_submit():
        return _index(GroupForm(formdata=None), REFUSED, (group_id, form))
    try:
        groups.add_person(db_session(), actor(), group_id, form.email.data or "")
    except (Conflict, InvalidInput) as error:
        show_error(form, error)
        return _index(GroupForm(formdata=None), REFUSED, (group_id, form))
    return _back()


@blueprint.post("/<int:group_id>/people/<int:user_id>/remove")
@requires(Permission.GROUP_MANAGE)
@recent_auth(_l("Take a person out of a group"))
def remove_person(group_id: int, user_id: int) -> ResponseReturnValue:
    """Take a person out of a group."""
    groups.remove_person(db_session(), actor(), group_id, user_id)
    done(gettext("They are no longer in the group."))
    return _back()


def _index(
    form: GroupForm, status: int, refused: tuple[int, GroupPersonForm] | None = None
) -> ResponseReturnValue:
    cards = group_cards(db_session(), actor())
    group_id, person_form = refused or (0, GroupPersonForm(formdata=None))
    page = render_template(
        "admin/groups.html", groups=cards, form=form, person_form=person_form, refused=group_id
    )
    return page, status


def _back() -> ResponseReturnValue:
    return redirect(url_for("groups.index"), 303)
