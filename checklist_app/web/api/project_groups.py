"""Groups that take part in a project, each with a role."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import url_for

from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Role
from checklist_app.queries.members import group_lines
from checklist_app.services import members
from checklist_app.web.access import project, recent_auth, requires
from checklist_app.web.api.members import RoleChange
from checklist_app.web.api.operations import Created, Operation
from checklist_app.web.api.paging import cut
from checklist_app.web.api.schemas import Input, Key, ListQuery, Output, Page
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("project_groups", __name__, url_prefix="/projects/<slug>/groups")


class ProjectGroup(Output):
    """A group in a project."""

    group_id: int
    name: str
    role: Role


class NewProjectGroup(Input):
    """A group, and the role that everybody in it gets."""

    group_id: Key
    role: Role


def shown(slug: str, group_id: int) -> ProjectGroup:
    """Return a group of the project."""
    for line in group_lines(db_session(), project()):
        if line.group_id == group_id:
            return ProjectGroup.model_validate(line)
    raise NotFound


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
@Operation(text("List the groups of a project"), query=ListQuery, answer=Page[ProjectGroup])
def index(slug: str, query: ListQuery) -> Page[ProjectGroup]:
    """List the groups."""
    lines = group_lines(db_session(), project())
    return cut(query, lines, ProjectGroup.model_validate, "group_id")


@blueprint.post("")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(text("Add a group to the project"))
@Operation(
    text("Give everybody in a group a role in the project"),
    body=NewProjectGroup,
    answer=ProjectGroup,
    status=201,
    repeatable=True,
)
def add(slug: str, body: NewProjectGroup) -> Created:
    """Add a group."""
    members.add_group(db_session(), project(), body.group_id, body.role)
    db_session().flush()
    address = url_for("api.project_groups.show", slug=slug, group_id=body.group_id)
    return Created(shown(slug, body.group_id), address)


@blueprint.get("/<int:group_id>")
@requires(Permission.PROJECT_VIEW)
@Operation(text("Show a group of a project"), answer=ProjectGroup)
def show(slug: str, group_id: int) -> ProjectGroup:
    """Show a group."""
    return shown(slug, group_id)


@blueprint.put("/<int:group_id>/role")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(text("Change the role of a group"))
@Operation(text("Change the role of a group"), body=RoleChange, answer=ProjectGroup, existing=shown)
def set_role(slug: str, group_id: int, body: RoleChange) -> ProjectGroup:
    """Change a role."""
    members.change_group_role(db_session(), project(), group_id, body.role)
    db_session().flush()
    return shown(slug, group_id)


@blueprint.delete("/<int:group_id>")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(text("Take a group out of the project"))
@Operation(text("Take a group out of the project"), status=204, existing=shown)
def remove(slug: str, group_id: int) -> None:
    """Take a group out."""
    members.remove_group(db_session(), project(), group_id)
