"""Who takes part in a project: people by name, and groups."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.models import Group, GroupGrant, GroupPerson, Membership, User
from checklist_app.queries.access import ProjectAccess, strongest
from checklist_app.queries.members import is_member
from checklist_app.services import audit, outbox
from checklist_app.services.accounts import create_user
from checklist_app.services.clock import now
from checklist_app.services.email_addresses import normalise_email
from checklist_app.services.organisation import refuse_for_oneself
from checklist_app.services.rotation import rights_changed


def add_member(
    session: Session, access: ProjectAccess, config: Config, *, email: str, name: str, role: Role
) -> str | None:
    """Give a person a role in the project.

    Returns:
        The secret of an invitation when the person had no account yet and no mail is set up,
        else None.

    Raises:
        Conflict: they are a member already, or it is oneself, who came in through a group.
    """
    access.require(Permission.MEMBER_MANAGE)
    address = normalise_email(email)
    user = session.scalar(select(User).where(User.email == address, User.erased_at.is_(None)))
    token = None
    if user is None and Permission.USER_MANAGE not in access.actor.permissions:
        # Whoever hands out the first link can use it: making accounts is not an owner's to do.
        raise InvalidInput(
            text("Nobody has an account with that address. An administrator can create one."),
            field="email",
        )
    if user is not None:
        refuse_for_oneself(access.actor, user.id)
    if user is None:
        user = create_user(session, access.actor, email=address, name=name)
        token = outbox.hand_over_link(session, access.actor, user, config)
    join(session, access, user, role)
    return token


def join(session: Session, access: ProjectAccess, user: User, role: Role) -> None:
    """Make somebody with an account a member of the project.

    Raises:
        Conflict: they are a member already.
    """
    access.require(Permission.MEMBER_MANAGE)
    if _membership(session, access, user.id) is not None:
        raise Conflict(text("That person is a member already."))
    session.add(
        Membership(project_id=access.project.id, user_id=user.id, role=role, created_at=now())
    )
    session.flush()
    rights_changed(session, user.id)
    _record(session, access, "add", user, role=role.value)


def change_role(session: Session, access: ProjectAccess, user_id: int, role: Role) -> None:
    """Change another member's role; a project always keeps an owner.

    Raises:
        Conflict: it is one's own, or nobody else owns the project.
    """
    access.require(Permission.MEMBER_MANAGE)
    membership = _existing(session, access, user_id)
    if membership.role is Role.OWNER and role is not Role.OWNER:
        _keep_an_owner(session, access)
    if membership.role is not role:
        refuse_for_oneself(access.actor, user_id)
    before = membership.role
    membership.role = role
    rights_changed(session, user_id)
    _record(session, access, "change_role", membership.user, role=role.value, before=before.value)


def remove_member(session: Session, access: ProjectAccess, user_id: int) -> None:
    """Take a person out of the project; what they wrote stays."""
    access.require(Permission.MEMBER_MANAGE)
    membership = _existing(session, access, user_id)
    if membership.role is Role.OWNER:
        _keep_an_owner(session, access)
    rights_changed(session, user_id)
    _record(session, access, "remove", membership.user, role=membership.role.value)
    session.delete(membership)


def check_member(session: Session, access: ProjectAccess, user_id: int, *, field: str) -> None:
    """Raise InvalidInput, naming the form field, when a person is no member of the project."""
    if not is_member(session, access, user_id):
        raise InvalidInput(text("Choose a member of this project."), field=field)


def add_group(session: Session, access: ProjectAccess, group_id: int, role: Role) -> None:
    """Give everybody in a group a role in the project.

    Raises:
        NotFound: there is no such group.
        Conflict: it has a role there already, or one is in it and the role would be one's own.
    """
    access.require(Permission.MEMBER_MANAGE)
    group = session.get(Group, group_id)
    if group is None:
        raise NotFound
    if _grant(session, access, group_id) is not None:
        raise Conflict(text("That group takes part already."))
    _refuse_for_own_group(session, access, group_id, role)
    session.add(GroupGrant(group_id=group.id, project_id=access.project.id, role=role))
    session.flush()
    _rights_of_group_changed(session, group.id)
    _record_group(session, access, "add", group, role=role.value)


def change_group_role(session: Session, access: ProjectAccess, group_id: int, role: Role) -> None:
    """Change the role of a group in the project.

    Raises:
        NotFound: the group takes no part.
        Conflict: one is in it, and the role is or would be one's own.
    """
    access.require(Permission.MEMBER_MANAGE)
    grant = _existing_grant(session, access, group_id)
    before = grant.role
    if before is not role:
        _refuse_for_own_group(session, access, group_id, before, role)
    grant.role = role
    _rights_of_group_changed(session, grant.group_id)
    _record_group(session, access, "change_role", grant.group, role=role.value, before=before.value)


def _refuse_for_own_group(
    session: Session, access: ProjectAccess, group_id: int, *roles: Role
) -> None:
    """Refuse what changes the actor's own role through a group: one as strong as what they have.

    A weaker one makes no difference to them, so that owners can bring their own team in.
    """
    is_in_it = session.get(GroupPerson, (group_id, access.actor.user_id)) is not None
    if is_in_it and strongest((*roles, access.role)) in roles:
        refuse_for_oneself(access.actor, access.actor.user_id)


def remove_group(session: Session, access: ProjectAccess, group_id: int) -> None:
    """Take a group out of the project; whoever has a role of their own keeps it."""
    access.require(Permission.MEMBER_MANAGE)
    grant = _existing_grant(session, access, group_id)
    _record_group(session, access, "remove", grant.group, role=grant.role.value)
    _rights_of_group_changed(session, grant.group_id)
    session.delete(grant)


def _membership(session: Session, access: ProjectAccess, user_id: int) -> Membership | None:
    return session.scalar(
        select(Membership).where(
            Membership.project_id == access.project.id, Membership.user_id == user_id
        )
    )


def _existing(session: Session, access: ProjectAccess, user_id: int) -> Membership:
    membership = _membership(session, access, user_id)
    if membership is None:
        raise NotFound
    return membership


def _keep_an_owner(session: Session, access: ProjectAccess) -> None:
    # Ownership through a group does not count: an administrator can empty the group at any time.
    owners = session.scalars(
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.project_id == access.project.id,
            Membership.role == Role.OWNER,
            User.is_active,
            User.organisation_role != OrganisationRole.AUDITOR,
        )
        .with_for_update()
    ).all()
    if len(owners) < 2:
        raise Conflict(text("A project needs an owner. Make somebody else an owner first."))


def _record(session: Session, access: ProjectAccess, verb: str, user: User, **details: str) -> None:
    audit.record(
        session,
        access.actor,
        f"project:member:{verb}",
        user.email,
        project_id=access.project.id,
        **details,
    )


def _rights_of_group_changed(session: Session, group_id: int) -> None:
    people = session.scalars(select(GroupPerson.user_id).where(GroupPerson.group_id == group_id))
    rights_changed(session, *people)


def _grant(session: Session, access: ProjectAccess, group_id: int) -> GroupGrant | None:
    return session.scalar(
        select(GroupGrant).where(
            GroupGrant.project_id == access.project.id, GroupGrant.group_id == group_id
        )
    )


def _existing_grant(session: Session, access: ProjectAccess, group_id: int) -> GroupGrant:
    grant = _grant(session, access, group_id)
    if grant is None:
        raise NotFound
    return grant


def _record_group(
    session: Session, access: ProjectAccess, verb: str, group: Group, **details: str
) -> None:
    audit.record(
        session,
        access.actor,
        f"project:group:{verb}",
        group.name,
        project_id=access.project.id,
        **details,
    )
