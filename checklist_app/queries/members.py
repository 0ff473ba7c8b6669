"""Who takes part in a project: by a role of their own, through groups, or both."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Role
from checklist_app.models import Group, GroupGrant, GroupPerson, Membership, User
from checklist_app.queries.access import ProjectAccess, strongest


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a project.

    Attributes:
        role: the strongest they have, from whatever source; it is the one that counts.
        own_role: the one given to them by name, None for somebody who comes through groups alone.
        groups: the names of the groups through which they take part, and the role of each.
    """

    user_id: int
    name: str
    email: str
    role: Role
    own_role: Role | None
    groups: list[tuple[str, Role]]
    is_self: bool


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group that has a role in a project."""

    group_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group that could be given a role in a project."""

    group_id: int
    name: str


def ways_in(project_id: int) -> Select[int, Role, str]:
    """Return the question for every way into a project: person, role, group or empty."""
    ways = union_all(
        select(Membership.user_id, Membership.role, literal("").label("group_name")).where(
            Membership.project_id == project_id
        ),
        select(GroupPerson.user_id, GroupGrant.role, Group.name)
        .join(GroupGrant, GroupGrant.group_id == GroupPerson.group_id)
        .join(Group, Group.id == GroupPerson.group_id)
        .where(GroupGrant.project_id == project_id),
    ).subquery("ways_in")
    return select(ways.c.user_id, ways.c.role, ways.c.group_name)


def members(session: Session, access: ProjectAccess) -> list[Member]:
    """Return the people of a project by name, each once, in two queries."""
    ways: dict[int, list[tuple[str, Role]]] = {}
    for user_id, role, group in session.execute(ways_in(access.project.id)):
        ways.setdefault(user_id, []).append((group, role))
    people = session.execute(
        select(User.id, User.name, User.email).where(User.id.in_(ways)).order_by(User.name, User.id)
    )
    return [
        Member(
            user_id,
            name,
            email,
            strongest(role for _, role in ways[user_id]),
            next((role for group, role in ways[user_id] if not group), None),
            sorted(way for way in ways[user_id] if way[0]),
            is_self=user_id == access.actor.user_id,
        )
        for user_id, name, email in people
    ]


def roles_by_person(session: Session, access: ProjectAccess) -> dict[int, Role]:
    """Return the role that counts for everybody in a project."""
    found: dict[int, Role] = {}
    for user_id, role, _ in session.execute(ways_in(access.project.id)):
        found[user_id] = strongest([role, found.get(user_id, role)])
    return found


def is_member(session: Session, access: ProjectAccess, user_id: int) -> bool:
    """Return whether a person takes part in a project, in whatever way."""
    ways = ways_in(access.project.id).subquery()
    found = session.scalars(select(ways.c.user_id).where(ways.c.user_id == user_id).limit(1))
    return found.first() is not None


def group_lines(session: Session, access: ProjectAccess) -> list[GroupLine]:
    """Return the groups that have a role in a project, by name."""
    rows = session.execute(
        select(Group.id, Group.name, GroupGrant.role)
        .join(GroupGrant, GroupGrant.group_id == Group.id)
        .where(GroupGrant.project_id == access.project.id)
        .order_by(Group.name)
    )
    return [GroupLine(*row) for row in rows]


def group_choices(session: Session, access: ProjectAccess) -> list[GroupChoice]:
    """Return the groups that have no role in a project yet, by name."""
    taken = select(GroupGrant.group_id).where(GroupGrant.project_id == access.project.id)
    rows = session.execute(
        select(Group.id, Group.name).where(Group.id.not_in(taken)).order_by(Group.name)
    )
    return [GroupChoice(*row) for row in rows]
