"""The only way into a project: through the person who asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, literal, select, union_all
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, Forbidden, NotFound
from checklist_app.domain.permissions import (
    AUDITORS_PERMISSIONS,
    AUDITORS_ROLE,
    LEFT_WHEN_ARCHIVED,
    ROLE_PERMISSIONS,
    Permission,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Role
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    GroupGrant,
    GroupPerson,
    Membership,
    Project,
    Requirement,
)

KEPT_QUESTIONS = 256


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """A project as one of its members may use it."""

    actor: Actor
    project: Project
    role: Role

    @property
    def permissions(self) -> frozenset[Permission]:
        """What can be done now: what the role allows, unless the project is archived."""
        return self._granted & LEFT_WHEN_ARCHIVED if self.is_archived else self._granted

    @property
    def is_archived(self) -> bool:
        """Whether nothing changes in the project until it is restored."""
        return self.project.archived_at is not None

    @property
    def _granted(self) -> frozenset[Permission]:
        """What the role allows, or being an auditor, within the scopes of a token."""
        allowed = AUDITORS_PERMISSIONS if self.actor.is_auditor else ROLE_PERMISSIONS[self.role]
        return self.actor.narrowed(allowed)

    def allows(self, permission: Permission | str) -> bool:
        """Return whether the member may do this."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Make sure that the member may do this, now.

        Raises:
            Forbidden: their role, or the token they came with, does not allow it.
            Conflict: it does, but the project is archived.
        """
        if permission not in self._granted:
            raise Forbidden
        if self.is_archived and permission not in LEFT_WHEN_ARCHIVED:
            raise Conflict(
                text("This project is archived: it can be read, not changed. An owner restores it.")
            )


@dataclass(frozen=True, slots=True)
class ItemAccess:
    """One item of a checklist as a member of its project may use it."""

    project: ProjectAccess
    checklist: Checklist
    item: ChecklistItem
    requirement: Requirement

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.project.actor

    @property
    def target(self) -> str:
        """How the audit log names the item: checklist number and identifier."""
        return f"{self.checklist.number}/{self.requirement.identifier}"


def visible_projects(actor: Actor) -> Select[Project, Role]:
    """Return the question for every project that the actor may see, with a role they have there.

    This is the one place that says which projects are whose. A project comes in as many rows as
    there are ways into it; the strongest role is the one that counts.
    """
    return _visible(_Asker.of(actor))


def is_visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Project`` that the actor may see it."""
    return _is_visible(_Asker.of(actor))


class _Asker(NamedTuple):
    """What of an actor decides which projects are theirs to see."""

    user_id: int
    is_auditor: bool
    project_id: int | None

    @classmethod
    def of(cls, actor: Actor) -> _Asker:
        return cls(actor.user_id, actor.is_auditor, actor.project_id)


# Putting the question into words costs more than asking it, and every page asks it twice: whoever
# was here lately finds it ready. What is kept is the question, never an answer.
@lru_cache(maxsize=KEPT_QUESTIONS)
def _visible(actor: _Asker) -> Select[Project, Role]:
    if actor.is_auditor:
        found = select(Project, literal(AUDITORS_ROLE, Membership.role.type).label("role"))
    else:
        ways = union_all(
            select(Membership.project_id, Membership.role).where(
                Membership.user_id == actor.user_id
            ),
            select(GroupGrant.project_id, GroupGrant.role)
            .join(GroupPerson, GroupPerson.group_id == GroupGrant.group_id)
            .where(GroupPerson.user_id == actor.user_id),
        ).subquery("ways")
        found = select(Project, ways.c.role).join(ways, ways.c.project_id == Project.id)
    return found if actor.project_id is None else found.where(Project.id == actor.project_id)


@lru_cache(maxsize=KEPT_QUESTIONS)
def _is_visible(actor: _Asker) -> ColumnElement[bool]:
    return Project.id.in_(_visible(actor).with_only_columns(Project.id).correlate(None))


def strongest(roles: Iterable[Role]) -> Role:
    """Return the role that allows most."""
    return min(roles, key=list(Role).index)


def open_project(session: Session, actor: Actor, slug: str) -> ProjectAccess:
    """Load a project for one of its members.

    Raises:
        NotFound: there is no such project, or it is not theirs; nobody can tell which.
    """
    rows = session.execute(visible_projects(actor).where(Project.slug == slug)).all()
    if not rows:
        raise NotFound
    return ProjectAccess(actor, rows[0][0], strongest(role for _, role in rows))


def open_checklist(session: Session, access: ProjectAccess, number: int) -> Checklist:
    """Load a checklist through its project, or raise NotFound."""
    checklist = session.scalar(
        select(Checklist).where(
            Checklist.project_id == access.project.id, Checklist.number == number
        )
    )
    if checklist is None:
        raise NotFound
    return checklist


def open_item(
    session: Session, access: ProjectAccess, checklist: Checklist, identifier: str
) -> ItemAccess:
    """Load an item through its checklist by its requirement's identifier, or raise NotFound."""
    row = session.execute(
        select(ChecklistItem, Requirement)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(
            ChecklistItem.checklist_id == checklist.id,
            Requirement.identifier == identifier,
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return ItemAccess(access, checklist, row[0], row[1])
