"""What screens ask about background work: how far is it, and is anybody working at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.models import Job, Report, ScanImport, WorkerHeartbeat
from checklist_app.queries.access import ProjectAccess

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class JobView:
    """One background job as its project sees it.

    Attributes:
        progress: how far it is, out of ``total``; ``total`` is 0 while that is unknown.
        message: how it ended, or why it waits; None while there is nothing to tell.
        attempts: how often a worker has begun it.
        scan_import_id: what it reads; None for other kinds.
        report_number: what it builds; None for other kinds.
        may_manage: whether whoever looks may stop it, or have it tried again.
    """

    id: int
    kind: JobKind
    state: JobState
    progress: int
    total: int
    message: Text | None
    attempts: int
    cancel_requested: bool
    created_at: datetime
    finished_at: datetime | None
    scan_import_id: int | None
    report_number: int | None
    may_manage: bool

    @property
    def percent(self) -> int | None:
        """Whole percent done, or None when nobody knows."""
        return percent(self.progress, self.total)


def percent(progress: int, total: int) -> int | None:
    """Return whole percent done, or None while the total is not known."""
    return min(progress * 100 // total, 100) if total else None


def may_manage(access: ProjectAccess, job: Job) -> bool:
    """Return whether the member may stop a job or have it tried again: their own, or anybody's."""
    is_own = job.created_by_id == access.actor.user_id
    return access.allows(Permission.JOB_MANAGE_OWN if is_own else Permission.JOB_MANAGE)


def job_view(session: Session, access: ProjectAccess, job_id: int) -> JobView:
    """Return one job of the project, or raise NotFound."""
    row = session.execute(_jobs(access).where(Job.id == job_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(access, row)


def waiting_jobs(session: Session, access: ProjectAccess) -> tuple[JobView, ...]:
    """Return the project's jobs that are not over, oldest first, at most 50."""
    rows = session.execute(
        _jobs(access)
        .where(Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
        .order_by(Job.id)
        .limit(MOST_LISTED)
    )
    return tuple(_view(access, row) for row in rows)


def jobs_before(
    session: Session, access: ProjectAccess, state: JobState | None, before: int | None, limit: int
) -> list[JobView]:
    """Return at most ``limit`` jobs of the project older than ``before``, the newest first."""
    found = _jobs(access).order_by(Job.id.desc()).limit(limit)
    if state is not None:
        found = found.where(Job.state == state)
    if before is not None:
        found = found.where(Job.id < before)
    return [_view(access, row) for row in session.execute(found)]


def waiting_count(session: Session) -> int:
    """Return how many jobs of all projects wait for a worker."""
    counted = session.scalar(
        select(func.count()).select_from(Job).where(Job.state == JobState.QUEUED)
    )
    return counted or 0


def worker_is_alive(session: Session, now: datetime, max_age: timedelta) -> bool:
    """Return whether any worker was heard of within ``max_age`` before ``now``."""
    seen = session.scalar(select(func.max(WorkerHeartbeat.seen_at)))
    return seen is not None and now - seen <= max_age


def _jobs(access: ProjectAccess) -> Select[Job, int | None, int | None]:
    return (
        select(Job, ScanImport.id, Report.number)
        .outerjoin(ScanImport, ScanImport.job_id == Job.id)
        .outerjoin(Report, Report.job_id == Job.id)
        .where(Job.project_id == access.project.id)
    )


def _view(access: ProjectAccess, row: Row[Job, int | None, int | None]) -> JobView:
    job, scan_import_id, report_number = row
    return JobView(
        id=job.id,
        kind=job.kind,
        state=job.state,
        progress=job.progress,
        total=job.total,
        message=Text.from_json(job.message) if job.message else None,
        attempts=job.attempts,
        cancel_requested=job.cancel_requested,
        created_at=job.created_at,
        finished_at=job.finished_at,
        scan_import_id=scan_import_id,
        report_number=report_number,
        may_manage=may_manage(access, job),
    )
