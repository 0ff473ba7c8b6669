"""Projects: made, described, archived and restored."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import GonePolicy, JobKind, JobState, Language, Role, Severity
from checklist_app.models import Job, Membership, Project
from checklist_app.queries.access import ProjectAccess
from checklist_app.services import audit, suggestions
from checklist_app.services.clock import now
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
    rights_changed(session, actor.user_id)
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


def archive_project(session: Session, access: ProjectAccess) -> None:
    """Make a project read-only for everybody; archived twice is archived once.

    Raises:
        Conflict: background work that will write into it is not over.
    """
    access.require(Permission.PROJECT_ARCHIVE)
    project = access.project
    session.refresh(project, with_for_update=True)
    if access.is_archived:
        return
    unfinished = session.scalar(
        select(func.count())
        .select_from(Job)
        .where(
            Job.project_id == project.id,
            Job.kind != JobKind.WATCH_GATE,
            Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
        )
    )
    if unfinished:
        raise Conflict(
            text("Background work of this project is not over. Wait for it, or cancel it first.")
        )
    project.archived_at = now()
    audit.record(session, access.actor, "project:archive", project.slug, project_id=project.id)


def restore_project(session: Session, access: ProjectAccess) -> None:
    """Let an archived project be worked on again."""
    access.require(Permission.PROJECT_ARCHIVE)
    project = access.project
    session.refresh(project, with_for_update=True)
    if not access.is_archived:
        return
    project.archived_at = None
    audit.record(session, access.actor, "project:restore", project.slug, project_id=project.id)


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
