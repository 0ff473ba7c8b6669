"""Roles that a provider gives: what its groups mean here, brought in line at each sign-in.

For a role in the organisation, and for each project that the settings name, the provider decides:
who is in none of its groups any more loses the role. What the settings do not name stays.
"""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.errors import Conflict
from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.models import Membership, Project, User
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.organisation import set_organisation_role
from checklist_app.services.rotation import rights_changed

_log = logging.getLogger(__name__)


def apply(session: Session, config: Config, user: User, groups: frozenset[str]) -> None:
    """Give a person what their groups mean, and take what they no longer mean."""
    _apply_organisation_role(session, config, user, groups)
    for slug in {project for _, project, _ in config.oidc_roles if project}:
        project = session.scalar(select(Project).where(Project.slug == slug))
        if project is not None:
            roles = [
                Role(r) for value, at, r in config.oidc_roles if at == slug and value in groups
            ]
            _apply_role(session, project, user, _strongest(roles))


def _apply_organisation_role(
    session: Session, config: Config, user: User, groups: frozenset[str]
) -> None:
    named = {value: role for value, project, role in config.oidc_roles if not project}
    if not named:
        return
    given = [OrganisationRole(role) for value, role in named.items() if value in groups]
    role = min(given, key=list(OrganisationRole).index, default=OrganisationRole.MEMBER)
    try:
        set_organisation_role(session, None, user.id, role)
    except Conflict as error:
        # The last administrator, or the only owner of a project: somebody has to hold the keys.
        _log.warning("a role was not taken", extra={"user_id": user.id, "reason": str(error)})


def _apply_role(session: Session, project: Project, user: User, role: Role | None) -> None:
    membership = _membership_of(session, project, user)
    before = membership.role if membership else None
    if before is role or (before is Role.OWNER and _is_last_owner(session, project, user)):
        return
    if membership is None:
        session.add(Membership(project_id=project.id, user_id=user.id, role=role, created_at=now()))
    elif role is None:
        session.delete(membership)
    else:
        membership.role = role
    session.flush()
    rights_changed(session, user.id)
    audit.record(
        session, None, "account:sso:role", user.email, project_id=project.id, role=role or "none"
    )


def _membership_of(session: Session, project: Project, user: User) -> Membership | None:
    return session.scalar(
        select(Membership).where(Membership.project_id == project.id, Membership.user_id == user.id)
    )


def _strongest(roles: list[Role]) -> Role | None:
    return min(roles, key=list(Role).index, default=None)


def _is_last_owner(session: Session, project: Project, user: User) -> bool:
    """Return whether nobody else can act as an owner: a closed account or an auditor cannot."""
    others = session.scalars(
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.project_id == project.id,
            Membership.role == Role.OWNER,
            Membership.user_id != user.id,
            User.is_active,
            User.organisation_role != OrganisationRole.AUDITOR,
        )
        .with_for_update()
    )
    return others.first() is None
