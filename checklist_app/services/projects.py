"""Projects and who takes part in them."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import (
    GonePolicy,
    Language,
    OrganisationRole,
    Role,
    Severity,
)
from checklist_app.models import Membership, Project, User
from checklist_app.queries.access import ProjectAccess
from checklist_app.services import audit, outbox, suggestions
from checklist_app.services.accounts import create_user
from checklist_app.services.clock import now
from checklist_app.services.email_addresses import normalise_email
from checklist_app.services.rotation import rights_changed

LONGEST_SLUG = 50
LONGEST_FRESHNESS = 3650
RESERVED_SLUGS = frozenset({"new"})


def create_project(
    session: Session,
    actor: Actor,
    *,
    name: str,
    description: str = "",
    scope: str = "",
    language: Language = Language.ES,
) -> ProjectAccess:
    """Create a project that the actor owns."""
    actor.require(Permission.PROJECT_CREATE)
    if not name.strip():
        raise InvalidInput(text("Please give the project a name."), field="name")
    project = Project(
        slug=_free_slug(session, name),
        name=name.strip(),
        description=description,
        scope=scope,
        language=language,
        created_at=now(),
    )
    session.add(project)
    session.flush()
    session.add(
        Membership(project_id=project.id, user_id=actor.user_id, role=Role.OWNER, created_at=now())
    )
    audit.record(session, actor, "project:create", project.slug, project_id=project.id)
    return ProjectAccess(actor, project, Role.OWNER)


def edit_project(
    session: Session,
    access: ProjectAccess,
    *,
    name: str,
    description: str,
    scope: str,
    language: Language,
) -> None:
    """Change what is said of a project; its address stays."""
    access.require(Permission.PROJECT_EDIT)
    if not name.strip():
        raise InvalidInput(text("Please give the project a name."), field="name")
    project = access.project
    project.name = name.strip()
    project.description = description
    project.scope = scope
    project.language = language
    audit.record(session, access.actor, "project:edit", project.slug, project_id=project.id)


def set_scan_policy(
    session: Session,
    access: ProjectAccess,
    *,
    fail_threshold: Severity,
    freshness_days: int,
    gone_policy: GonePolicy,
) -> None:
    """Say what scans mean in a project; what they suggest follows at once. No change, no event.

    Args:
        session: the transaction of the caller.
        access: an owner of the project.
        fail_threshold: the mildest finding that proposes *fail*.
        freshness_days: how long a scan is fresh, 1 to 3650 days.
        gone_policy: what the scans to come do to findings that they no longer report.

    Raises:
        InvalidInput: the number of days is out of range.
    """
    access.require(Permission.PROJECT_EDIT)
    project = access.project
    if not 1 <= freshness_days <= LONGEST_FRESHNESS:
        raise InvalidInput(text("Give 1 to 3650 days."), field="freshness_days")
    before = (project.fail_threshold, project.freshness_days, project.gone_policy)
    if (fail_threshold, freshness_days, gone_policy) == before:
        return
    is_other_threshold = fail_threshold is not project.fail_threshold
    project.fail_threshold = fail_threshold
    project.freshness_days = freshness_days
    project.gone_policy = gone_policy
    if is_other_threshold:
        session.flush()
        suggestions.apply_threshold(session, project)
    audit.record(
        session,
        access.actor,
        "project:scan:policy",
        project.slug,
        project_id=project.id,
        fail_threshold=fail_threshold.value,
        freshness_days=freshness_days,
        gone_policy=gone_policy.value,
    )


def add_member(
    session: Session, access: ProjectAccess, config: Config, *, email: str, name: str, role: Role
) -> str | None:
    """Give a person a role in the project.

    Returns:
        The secret of an invitation when the person had no account yet and no mail is set up,
        else None.

    Raises:
        Conflict: they are a member already.
    """
    access.require(Permission.MEMBER_MANAGE)
    address = normalise_email(email)
    user = session.scalar(select(User).where(User.email == address))
    token = None
    if user is None and Permission.USER_MANAGE not in access.actor.permissions:
        # Whoever hands out the first link can use it: making accounts is not an owner's to do.
        raise InvalidInput(
            text("Nobody has an account with that address. An administrator can create one."),
            field="email",
        )
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
    """Change a member's role; a project always keeps an owner."""
    access.require(Permission.MEMBER_MANAGE)
    membership = _existing(session, access, user_id)
    if membership.role is Role.OWNER and role is not Role.OWNER:
        _keep_an_owner(session, access)
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
    if _membership(session, access, user_id) is None:
        raise InvalidInput(text("Choose a member of this project."), field=field)


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


def _free_slug(session: Session, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-") or "project"
    taken = set(
        session.scalars(select(Project.slug).where(func.substr(Project.slug, 1, len(slug)) == slug))
    )
    candidate, number = slug, 2
    while candidate in taken | RESERVED_SLUGS:
        candidate, number = f"{slug}-{number}", number + 1
    return candidate
