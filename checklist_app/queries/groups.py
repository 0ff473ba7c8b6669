"""Groups of people, as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import Permission
from checklist_app.models import Group, GroupGrant, GroupPerson, User


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A person in a group."""

    user_id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group, its people by name, and in how many projects it has a role."""

    id: int
    name: str
    people: list[GroupMember]
    project_count: int


def group_cards(session: Session, actor: Actor) -> list[GroupCard]:
    """Return all groups by name, in three queries."""
    actor.require(Permission.ORGANISATION_VIEW)
    people: dict[int, list[GroupMember]] = {}
    for row in session.execute(
        select(GroupPerson.group_id, User.id, User.name, User.email)
        .join(User, User.id == GroupPerson.user_id)
        .order_by(User.name, User.id)
    ):
        person = GroupMember(row.id, row.name, row.email)
        people.setdefault(row.group_id, []).append(person)
    counts = dict(
        session.execute(
            select(GroupGrant.group_id, func.count()).group_by(GroupGrant.group_id)
        ).all()
    )
    return [
        GroupCard(group.id, group.name, people.get(group.id, []), counts.get(group.id, 0))
        for group in session.scalars(select(Group).order_by(Group.name))
    ]
