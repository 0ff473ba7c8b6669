"""Groups of people, for administrators; what they may do is said in each project."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import url_for
from pydantic import Field

from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.queries.groups import group_cards
from checklist_app.services import groups
from checklist_app.web.access import actor, recent_auth, requires
from checklist_app.web.api.operations import Created, Operation
from checklist_app.web.api.paging import cut
from checklist_app.web.api.schemas import Input, ListQuery, Name, Output, Page
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("groups", __name__, url_prefix="/groups")


class Person(Output):
    """Somebody in a group."""

    user_id: int
    name: str
    email: str


class Group(Output):
    """A group with its people; ``project_count`` is in how many projects it has a role."""

    id: int
    name: str
    people: list[Person]
    project_count: int


class NewGroup(Input):
    """What a new group is called."""

    name: Name


class NewPerson(Input):
    """Somebody with an open account."""

    email: str = Field(min_length=3, max_length=254)


def shown(group_id: int) -> Group:
    """Return a group."""
    for card in group_cards(db_session(), actor()):
        if card.id == group_id:
            return Group.model_validate(card)
    raise NotFound


def shown_person(group_id: int, user_id: int) -> Person:
    """Return somebody in a group."""
    for person in shown(group_id).people:
        if person.user_id == user_id:
            return person
    raise NotFound


@blueprint.get("")
@requires(Permission.ORGANISATION_VIEW)
@Operation(text("List the groups"), query=ListQuery, answer=Page[Group])
def index(query: ListQuery) -> Page[Group]:
    """List the groups."""
    return cut(query, group_cards(db_session(), actor()), Group.model_validate, "id")


@blueprint.post("")
@requires(Permission.GROUP_MANAGE)
@Operation(text("Make an empty group"), body=NewGroup, answer=Group, status=201, repeatable=True)
def create(body: NewGroup) -> Created:
    """Make a group."""
    made = groups.create_group(db_session(), actor(), body.name)
    return Created(shown(made.id), url_for("api.groups.show", group_id=made.id))


@blueprint.get("/<int:group_id>")
@requires(Permission.ORGANISATION_VIEW)
@Operation(text("Show a group"), answer=Group)
def show(group_id: int) -> Group:
    """Show a group."""
    return shown(group_id)


@blueprint.delete("/<int:group_id>")
@requires(Permission.GROUP_MANAGE)
@recent_auth(text("Delete a group"))
@Operation(text("Delete a group, and every role through it"), status=204, existing=shown)
def delete(group_id: int) -> None:
    """Delete a group."""
    groups.delete_group(db_session(), actor(), group_id)


@blueprint.post("/<int:group_id>/people")
@requires(Permission.GROUP_MANAGE)
@recent_auth(text("Add a person to a group"))
@Operation(
    text("Put a person into a group"), body=NewPerson, answer=Person, status=201, repeatable=True
)
def add_person(group_id: int, body: NewPerson) -> Created:
    """Add a person."""
    added = groups.add_person(db_session(), actor(), group_id, body.email)
    db_session().flush()
    address = url_for("api.groups.show_person", group_id=group_id, user_id=added.id)
    return Created(shown_person(group_id, added.id), address)


@blueprint.get("/<int:group_id>/people/<int:user_id>")
@requires(Permission.ORGANISATION_VIEW)
@Operation(text("Show a person of a group"), answer=Person)
def show_person(group_id: int, user_id: int) -> Person:
    """Show a person of a group."""
    return shown_person(group_id, user_id)


@blueprint.delete("/<int:group_id>/people/<int:user_id>")
@requires(Permission.GROUP_MANAGE)
@recent_auth(text("Take a person out of a group"))
@Operation(text("Take a person out of a group"), status=204, existing=shown_person)
def remove_person(group_id: int, user_id: int) -> None:
    """Take a person out."""
    groups.remove_person(db_session(), actor(), group_id, user_id)
