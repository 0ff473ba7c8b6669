"""The only way into a project: through the person who asks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Forbidden, NotFound
from checklist_app.domain.permissions import ROLE_PERMISSIONS, Permission
from checklist_app.domain.vocabulary import Role
from checklist_app.models import Checklist, ChecklistItem, Membership, Project, Requirement


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """A project as one of its members may use it."""

    actor: Actor
    project: Project
    role: Role

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the member's role allows."""
        return ROLE_PERMISSIONS[self.role]

    def allows(self, permission: Permission | str) -> bool:
        """Return whether the member may do this."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise Forbidden unless the member may do this."""
        if permission not in self.permissions:
            raise Forbidden


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


def open_project(session: Session, actor: Actor, slug: str) -> ProjectAccess:
    """Load a project for one of its members.

    Raises:
        NotFound: there is no such project, or it is not theirs; nobody can tell which.
    """
    row = session.execute(
        select(Project, Membership.role)
        .join(Membership, Membership.project_id == Project.id)
        .where(Project.slug == slug, Membership.user_id == actor.user_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return ProjectAccess(actor, row[0], row[1])


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
