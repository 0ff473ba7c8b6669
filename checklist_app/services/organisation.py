"""What people are in the organisation as a whole; there is always an administrator."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.models import Membership, User
from checklist_app.queries.people import owned_alone
from checklist_app.services import audit
from checklist_app.services.sessions import end_sessions


def set_organisation_role(
    session: Session, actor: Actor | None, user_id: int, role: OrganisationRole
) -> User:
    """Make a person an administrator, an auditor or a plain member; their sessions end.

    Args:
        session: the transaction of the caller.
        actor: an administrator, or None for the command line.
        user_id: whose role it is.
        role: what they become; the same role again changes nothing.

    Raises:
        NotFound: there is no such account.
        Conflict: it is one's own role, nobody else administers the system, or nobody else owns one
            of their projects.
    """
    if actor is not None:
        actor.require(Permission.USER_MANAGE)
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.erased_at is not None:
        raise NotFound
    before = user.organisation_role
    if before is role:
        return user
    if before is OrganisationRole.ADMINISTRATOR:
        keep_an_administrator(session, user)
    if actor is not None:
        refuse_for_oneself(actor, user.id)
    if role is OrganisationRole.AUDITOR:
        keep_owners(session, user)
    user.organisation_role = role
    end_sessions(session, user)  # what was opened with other rights is not carried on
    audit.record(
        session, actor, "account:user:set_role", user.email, role=role.value, before=before.value
    )
    return user


def refuse_for_oneself(actor: Actor, user_id: int) -> None:
    """Raise Conflict when somebody is about to change their own rights: it takes another person."""
    if actor.user_id == user_id:
        raise Conflict(
            text("Nobody changes their own role. Ask somebody else who may change roles.")
        )


def keep_an_administrator(session: Session, user: User) -> None:
    """Raise Conflict unless somebody else with an open account administers the system."""
    others = session.scalars(
        select(User.id)
        .where(
            User.organisation_role == OrganisationRole.ADMINISTRATOR,
            User.is_active,
            User.id != user.id,
        )
        .with_for_update()
    ).all()
    if not others:
        raise Conflict(
            text("Somebody has to administer the system. Make another person administrator first.")
        )


def keep_owners(session: Session, user: User) -> None:
    """Raise Conflict, naming them, when projects would be left without anybody who may change them.

    Ownership through a group does not count: an administrator can empty the group at any time.
    """
    owned = select(Membership.project_id).where(
        Membership.user_id == user.id, Membership.role == Role.OWNER
    )
    # Two owners that leave at the same time wait for each other here, on MariaDB.
    projects = session.scalars(owned).all()
    session.scalars(
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.project_id.in_(projects), Membership.role == Role.OWNER)
        .order_by(Membership.id)
        .with_for_update()
    ).all()
    left = owned_alone(session, user.id)
    if left:
        raise Conflict(
            text(
                "They are the only owner of %(projects)s. Make somebody else an owner there first.",
                projects=", ".join(left),
            )
        )
