"""People by their address, for those who act from the machine itself."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import ROLE_PERMISSIONS, Permission
from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.models import Membership, Project, User


def find_user(session: Session, email: str) -> User | None:
    """Return the account with that address, open or closed."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def account_of(session: Session, actor: Actor) -> User:
    """Return the actor's own account."""
    return session.get_one(User, actor.user_id)


def first_user(session: Session) -> User | None:
    """Return the oldest open account of an administrator."""
    return session.scalar(
        select(User)
        .where(User.organisation_role == OrganisationRole.ADMINISTRATOR, User.is_active)
        .order_by(User.id)
        .limit(1)
    )


def projects_to_invite_into(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Return slug and name of the projects whose members the actor manages, by name."""
    managing = [
        role for role, granted in ROLE_PERMISSIONS.items() if Permission.MEMBER_MANAGE in granted
    ]
    rows = session.execute(
        select(Project.slug, Project.name)
        .join(Membership, Membership.project_id == Project.id)
        .where(Membership.user_id == actor.user_id, Membership.role.in_(managing))
        .order_by(Project.name, Project.id)
    )
    return [(slug, name) for slug, name in rows]


def owned_alone(session: Session, user_id: int) -> list[str]:
    """Return the names of the projects that nobody would own any more without this person.

    Those who count besides have an open account, may change something, and own it by name.
    """
    another = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.project_id == Project.id,
            Membership.role == Role.OWNER,
            Membership.user_id != user_id,
            User.is_active,
            User.organisation_role != OrganisationRole.AUDITOR,
        )
        .exists()
    )
    mine = aliased(Membership)
    return list(
        session.scalars(
            select(Project.name)
            .join(mine, mine.project_id == Project.id)
            .where(mine.user_id == user_id, mine.role == Role.OWNER, ~another)
            .order_by(Project.name, Project.id)
        )
    )


def actor_of(user: User) -> Actor:
    """Return a person as services see them when no browser is involved."""
    return Actor(
        user_id=user.id,
        email=user.email,
        name=user.name,
        organisation_role=user.organisation_role,
        language=user.language,
    )
