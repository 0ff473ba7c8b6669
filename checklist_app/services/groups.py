"""Groups of people, kept by administrators; what they may do is said in each project."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.models import Group, GroupGrant, GroupPerson, User
from checklist_app.queries.access import strongest
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.organisation import refuse_for_oneself
from checklist_app.services.rotation import rights_changed

LONGEST_NAME = 120


def create_group(session: Session, actor: Actor, name: str) -> Group:
    """Make an empty group.

    Raises:
        InvalidInput: the name is empty or too long.
        Conflict: there is a group of that name.
    """
    actor.require(Permission.GROUP_MANAGE)
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(text("Give the group a name of 1 to 120 characters."), field="name")
    if session.scalar(select(Group.id).where(Group.name == name)) is not None:
        raise Conflict(text("There is a group of that name already."))
    group = Group(name=name, created_at=now())
    session.add(group)
    session.flush()
    audit.record(session, actor, "account:group:create", name)
    return group


def delete_group(session: Session, actor: Actor, group_id: int) -> Group:
    """Delete a group, and with it every role that people have through it."""
    actor.require(Permission.GROUP_MANAGE)
    group = _existing(session, group_id)
    people = session.scalars(
        select(User)
        .join(GroupPerson, GroupPerson.user_id == User.id)
        .where(GroupPerson.group_id == group.id)
    ).all()
    rights_changed(session, *(user.id for user in people))
    projects = session.scalars(
        select(GroupGrant.project_id).where(GroupGrant.group_id == group.id)
    ).all()
    session.execute(delete(GroupGrant).where(GroupGrant.group_id == group.id))
    session.execute(delete(GroupPerson).where(GroupPerson.group_id == group.id))
    audit.record(
        session,
        actor,
        "account:group:delete",
        group.name,
        people=[user.id for user in people],
        projects=list(projects),
    )
    session.delete(group)
    return group


def add_person(session: Session, actor: Actor, group_id: int, email: str) -> User:
    """Put a person into a group.

    Raises:
        NotFound: there is no such group.
        InvalidInput: nobody has an open account with that address.
        Conflict: they are in the group already, or it is oneself.
    """
    actor.require(Permission.GROUP_MANAGE)
    group = _existing(session, group_id)
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.is_active))
    if user is None:
        raise InvalidInput(text("Nobody has an open account with that address."), field="email")
    if session.get(GroupPerson, (group.id, user.id)) is not None:
        raise Conflict(text("That person is in the group already."))
    refuse_for_oneself(actor, user.id)
    session.add(GroupPerson(group_id=group.id, user_id=user.id))
    session.flush()
    rights_changed(session, user.id)
    roles = session.scalars(select(GroupGrant.role).where(GroupGrant.group_id == group.id)).all()
    # The strongest role that comes with it: who raises people through groups is noticed too.
    given: dict[str, Any] = {"role": strongest(roles).value} if roles else {}
    audit.record(session, actor, "account:group:add_person", group.name, user_id=user.id, **given)
    return user


def remove_person(session: Session, actor: Actor, group_id: int, user_id: int) -> None:
    """Take a person out of a group: what they had through it ends at once."""
    actor.require(Permission.GROUP_MANAGE)
    group = _existing(session, group_id)
    place = session.get(GroupPerson, (group.id, user_id))
    if place is None:
        raise NotFound
    rights_changed(session, user_id)
    session.delete(place)
    audit.record(session, actor, "account:group:remove_person", group.name, user_id=user_id)


def _existing(session: Session, group_id: int) -> Group:
    group = session.get(Group, group_id)
    if group is None:
        raise NotFound
    return group
