"""Who takes part in a project."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import url_for
from pydantic import Field

from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Role
from checklist_app.queries.members import members
from checklist_app.services.members import add_member, change_role, remove_member
from checklist_app.web.access import project, recent_auth, requires
from checklist_app.web.api.operations import Created, Operation
from checklist_app.web.api.paging import cut
from checklist_app.web.api.schemas import Input, ListQuery, Name, Output, Page
from checklist_app.web.attempts import NAMING, PER_NAMING, named_nobody, signed_in_account
from checklist_app.web.extensions import limiter
from checklist_app.web.transaction import db_session, resources

blueprint = APIBlueprint("members", __name__, url_prefix="/projects/<slug>/members")


class Member(Output):
    """A person in a project."""

    user_id: int
    name: str
    email: str
    role: Role


class NewMember(Input):
    """Somebody with an account; an administrator may name somebody without one."""

    email: str = Field(min_length=3, max_length=254)
    role: Role
    name: Name | None = None


class RoleChange(Input):
    """The role that a member gets."""

    role: Role


class MemberQuery(ListQuery):
    """Which members are wanted."""

    role: Role | None = None


def shown(slug: str, user_id: int) -> Member:
    """Return a member of the project."""
    for line in members(db_session(), project()):
        if line.user_id == user_id:
            return Member.model_validate(line)
    raise NotFound


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
@Operation(text("List the members of a project"), query=MemberQuery, answer=Page[Member])
def index(slug: str, query: MemberQuery) -> Page[Member]:
    """List the members."""
    lines = [line for line in members(db_session(), project()) if query.role in (None, line.role)]
    return cut(query, lines, Member.model_validate, "user_id")


@blueprint.post("")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(text("Add a member to the project"))
@limiter.shared_limit(
    PER_NAMING, NAMING, key_func=signed_in_account, methods=["POST"], deduct_when=named_nobody
)
@Operation(
    text("Give a person a role in the project"),
    body=NewMember,
    answer=Member,
    status=201,
    repeatable=True,
    refusals=(409,),
)
def add(slug: str, body: NewMember) -> Created:
    """Add a member."""
    add_member(
        db_session(),
        project(),
        resources().config,
        email=body.email,
        name=body.name or "",
        role=body.role,
    )
    db_session().flush()
    added = next(
        line
        for line in members(db_session(), project())
        if line.email == body.email.strip().lower()
    )
    address = url_for("api.members.show", slug=slug, user_id=added.user_id)
    return Created(Member.model_validate(added), address)


@blueprint.get("/<int:user_id>")
@requires(Permission.PROJECT_VIEW)
@Operation(text("Show a member"), answer=Member)
def show(slug: str, user_id: int) -> Member:
    """Show a member."""
    return shown(slug, user_id)


@blueprint.put("/<int:user_id>/role")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(text("Change the role of a member"))
@Operation(
    text("Change the role of a member"),
    body=RoleChange,
    answer=Member,
    existing=shown,
    refusals=(409,),
)
def set_role(slug: str, user_id: int, body: RoleChange) -> Member:
    """Change a role."""
    change_role(db_session(), project(), user_id, body.role)
    db_session().flush()
    return shown(slug, user_id)


@blueprint.delete("/<int:user_id>")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(text("Take a member out of the project"))
@Operation(text("Take a person out of the project"), status=204, existing=shown, refusals=(409,))
def remove(slug: str, user_id: int) -> None:
    """Remove a member."""
    remove_member(db_session(), project(), user_id)
