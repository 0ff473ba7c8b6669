"""People and their sessions, as account and administration pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import JobKind, JobState, OrganisationRole, TokenPurpose
from checklist_app.models import (
    Job,
    OneTimeLink,
    Project,
    RefreshToken,
    TokenFamily,
    User,
    UserSession,
    WorkerHeartbeat,
)
from checklist_app.queries.shell import SILENCE

JOBS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class UserLine:
    """An account; ``is_invited`` while its holder has not come yet, by password or by provider."""

    id: int
    name: str
    email: str
    organisation_role: OrganisationRole
    is_active: bool
    is_invited: bool
    last_seen_at: datetime | None
    is_self: bool
    is_erased: bool


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A browser in which the reader is signed in."""

    id: int
    agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class ProgramLine:
    """A program that signed in as the reader.

    ``renewed_at`` is when it last got tokens: each serves ten minutes, so it was used about then.
    """

    id: int
    agent: str
    address: str
    created_at: datetime
    renewed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """A worker that reported at least once and did not leave in order."""

    name: str
    seen_at: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as the operator sees it: no names of files, no content."""

    id: int
    kind: JobKind
    state: JobState
    project_name: str | None
    attempts: int
    message: Text | None
    created_at: datetime
    finished_at: datetime | None


def users(session: Session, actor: Actor) -> list[UserLine]:
    """Return all accounts, for an administrator."""
    actor.require(Permission.ORGANISATION_VIEW)
    last_seen = (
        select(func.max(UserSession.last_seen_at))
        .where(UserSession.user_id == User.id)
        .scalar_subquery()
    )
    invited = (
        select(OneTimeLink.id)
        .where(OneTimeLink.user_id == User.id, OneTimeLink.purpose == TokenPurpose.INVITATION)
        .exists()
    )
    rows = session.execute(select(User, last_seen, invited).order_by(User.name, User.id))
    return [
        UserLine(
            user.id,
            user.name,
            user.email,
            user.organisation_role,
            user.is_active,
            has_link and not (seen_at or user.password_hash),
            seen_at,
            is_self=user.id == actor.user_id,
            is_erased=user.erased_at is not None,
        )
        for user, seen_at, has_link in rows
    ]


def own_sessions(
    session: Session, actor: Actor, moment: datetime, idle_limit: timedelta
) -> list[SessionLine]:
    """Return the reader's sessions that are not over, newest first."""
    rows = session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == actor.user_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > moment,
            UserSession.last_seen_at > moment - idle_limit,
        )
        .order_by(UserSession.id.desc())
    )
    return [
        SessionLine(
            row.id,
            row.user_agent,
            row.address,
            row.created_at,
            row.last_seen_at,
            is_current=row.id == actor.session_id,
        )
        for row in rows
    ]


def own_programs(session: Session, actor: Actor, moment: datetime) -> list[ProgramLine]:
    """Return the sign-ins of the reader's programs that are not over, newest first."""
    renewed = (
        select(func.max(RefreshToken.created_at))
        .where(RefreshToken.family_id == TokenFamily.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(TokenFamily, renewed)
        .where(
            TokenFamily.user_id == actor.user_id,
            TokenFamily.revoked_at.is_(None),
            TokenFamily.expires_at > moment,
        )
        .order_by(TokenFamily.id.desc())
    )
    return [
        ProgramLine(
            row.id,
            row.user_agent,
            row.address,
            row.created_at,
            renewed_at or row.created_at,
            row.expires_at,
        )
        for row, renewed_at in rows
    ]


def background_work(
    session: Session, actor: Actor, moment: datetime
) -> tuple[list[JobLine], list[WorkerLine]]:
    """Return the newest jobs of all projects, and who works, for an administrator."""
    actor.require(Permission.ORGANISATION_VIEW)
    return _newest_jobs(session), _workers(session, moment)


def _newest_jobs(session: Session) -> list[JobLine]:
    rows = session.execute(
        select(Job, Project.name)
        .outerjoin(Project, Project.id == Job.project_id)
        .order_by(Job.id.desc())
        .limit(JOBS_SHOWN)
    )
    return [
        JobLine(
            job.id,
            job.kind,
            job.state,
            name,
            job.attempts,
            Text.from_json(job.message) if job.message else None,
            job.created_at,
            job.finished_at,
        )
        for job, name in rows
    ]


def _workers(session: Session, moment: datetime) -> list[WorkerLine]:
    rows = session.scalars(select(WorkerHeartbeat).order_by(WorkerHeartbeat.name))
    return [
        WorkerLine(row.name, row.seen_at, alive=moment - row.seen_at <= SILENCE) for row in rows
    ]
