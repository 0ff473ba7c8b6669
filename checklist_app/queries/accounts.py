"""People and their sessions, as account and administration pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.models import Job, Project, User, UserSession

JOBS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class UserLine:
    """An account."""

    id: int
    name: str
    email: str
    is_administrator: bool
    is_active: bool
    has_password: bool
    created_at: datetime


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
class JobLine:
    """A job as the operator sees it: no names of files, no content."""

    id: int
    kind: JobKind
    state: JobState
    project_name: str
    attempts: int
    created_at: datetime
    finished_at: datetime | None


def users(session: Session, actor: Actor) -> list[UserLine]:
    """Return all accounts, for an administrator."""
    actor.require(Permission.USER_MANAGE)
    return [
        UserLine(
            user.id,
            user.name,
            user.email,
            user.is_administrator,
            user.is_active,
            user.password_hash is not None,
            user.created_at,
        )
        for user in session.scalars(select(User).order_by(User.name, User.id))
    ]


def own_sessions(session: Session, actor: Actor, moment: datetime) -> list[SessionLine]:
    """Return the reader's sessions that are not over, newest first."""
    rows = session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == actor.user_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > moment,
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


def newest_jobs(session: Session, actor: Actor) -> list[JobLine]:
    """Return the newest jobs of all projects, for an administrator."""
    actor.require(Permission.USER_MANAGE)
    rows = session.execute(
        select(Job, Project.name)
        .join(Project, Project.id == Job.project_id)
        .order_by(Job.id.desc())
        .limit(JOBS_SHOWN)
    )
    return [
        JobLine(job.id, job.kind, job.state, name, job.attempts, job.created_at, job.finished_at)
        for job, name in rows
    ]
