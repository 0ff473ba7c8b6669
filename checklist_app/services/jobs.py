"""The job table's verbs: a lease says who works on what, and a dead worker's lease runs out."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from checklist_app.domain import webhooks
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, Forbidden, NotFound, TooManyAttempts
from checklist_app.domain.lanes import KINDS, Lane
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.domain.webhooks import delay_after
from checklist_app.models import Job, WorkerHeartbeat
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.jobs import may_manage
from checklist_app.queries.lanes import is_due, parties_due
from checklist_app.services import audit
from checklist_app.services.clock import now

MOST_ATTEMPTS = 3
MOST_OF_PROJECT = 200
MOST_OF_PERSON = 200
"""Jobs that wait or run at once; one archive can hold fifty reports."""
RETRY_DELAY = timedelta(seconds=5)
MOST_MAIL_ATTEMPTS = 9
MAIL_DELAY = timedelta(seconds=30)
LONGEST_MAIL_DELAY = timedelta(hours=1)
"""A mail waits 30 seconds, then twice as long each time: its server may be away for two hours."""
MOST_WEBHOOK_ATTEMPTS = 2 * webhooks.MOST_ATTEMPTS
"""More than a message is tried: interruptions count here, and not there."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's hold on a job until its lease ends. ``token`` proves it."""

    job_id: int
    token: str
    kind: JobKind
    project_id: int | None
    payload: dict[str, Any]


def enqueue(
    session: Session, actor: Actor, project_id: int, kind: JobKind, payload: dict[str, Any]
) -> Job:
    """Add a job; it starts after the caller's transaction is committed.

    Raises:
        TooManyAttempts: too many jobs of this project, or of this person, wait or run already.
    """
    if kind is not JobKind.FOLLOW_ROUTE:  # the library orders those, once for each project
        _refuse_too_many(session, actor, project_id)
    moment = now()
    job = Job(
        project_id=project_id,
        kind=kind,
        payload=payload,
        run_after=moment,
        created_at=moment,
        created_by_id=actor.user_id,
    )
    session.add(job)
    session.flush()
    return job


def _refuse_too_many(session: Session, actor: Actor, project_id: int) -> None:
    waiting = Job.state.in_([JobState.QUEUED, JobState.RUNNING])
    of_project, of_person = session.execute(
        select(
            func.count(case((Job.project_id == project_id, 1))),
            func.count(case((Job.created_by_id == actor.user_id, 1))),
        ).where(waiting, Job.kind != JobKind.SEND_MAIL)
    ).one()
    if of_project >= MOST_OF_PROJECT or of_person >= MOST_OF_PERSON:
        raise TooManyAttempts(
            text(
                "Too much work waits already: %(project)s jobs of this project, %(person)s of "
                "yours. Nothing was started; wait until some are done, or cancel some.",
                project=of_project,
                person=of_person,
            )
        )


def claim(session: Session, lease: timedelta, lanes: Iterable[Lane] = tuple(Lane)) -> Claim | None:
    """Take a job that is free, or whose worker has gone silent; None when there is none.

    Within a lane it is the oldest of the project, or webhook, whose turn it is. A job that was
    begun too often without an end is given up with a reason.
    """
    moment = now()
    job = _next_job(session, lanes, moment)
    if job is None:
        return None
    if job.cancel_requested:
        _end(job, JobState.CANCELLED, text("Cancelled on request. Nothing was changed."))
        return None
    if job.attempts >= _most_attempts(job.kind):
        _end(
            job,
            JobState.FAILED,
            text("The work was interrupted %(count)s times and was given up.", count=job.attempts),
        )
        return None
    job.state = JobState.RUNNING
    job.begun_at = moment
    job.attempts += 1
    job.token = secrets.token_hex(16)
    job.lease_until = moment + lease
    job.message = None
    return Claim(job.id, job.token, job.kind, job.project_id, job.payload)


def _next_job(session: Session, lanes: Iterable[Lane], moment: datetime) -> Job | None:
    for lane in lanes:
        for party in parties_due(session, lane, moment):
            job = session.scalar(
                select(Job)
                .where(is_due(moment), Job.kind.in_(KINDS[lane]), party.jobs)
                .order_by(Job.run_after, Job.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if job is not None:
                return job
    return None


def renew(session: Session, claimed: Claim, lease: timedelta) -> bool:
    """Prolong a lease; False when the job is no longer this worker's."""
    job = session.scalar(
        select(Job).where(Job.id == claimed.job_id, Job.token == claimed.token).with_for_update()
    )
    if job is None or job.state is not JobState.RUNNING:
        return False
    job.lease_until = now() + lease
    return True


def report_progress(session: Session, claimed: Claim, done: int, total: int) -> None:
    """Tell how far a job has come, in whatever unit it counts."""
    session.execute(
        update(Job)
        .where(Job.id == claimed.job_id, Job.token == claimed.token)
        .values(progress=done, total=total)
    )


def is_cancelled(session: Session, claimed: Claim) -> bool:
    """Return whether somebody asked for the job to stop, or it is another worker's by now."""
    row = session.execute(
        select(Job.cancel_requested, Job.token).where(Job.id == claimed.job_id)
    ).one()
    return bool(row.cancel_requested) or row.token != claimed.token


def finish(session: Session, claimed: Claim, message: Text) -> None:
    """Mark a job as done in the transaction that holds its effect.

    Raises:
        Conflict: another worker has taken it over; the caller's transaction must not be kept.
    """
    _end(_held(session, claimed), JobState.DONE, message)


def give_up(session: Session, claimed: Claim, state: JobState, message: Text) -> None:
    """End a job without its effect, saying why."""
    _end(_held(session, claimed), state, message)


def put_back(session: Session, claimed: Claim, message: Text) -> None:
    """Queue a job again after an unexpected fault, or give it up after the last attempt."""
    job = _held(session, claimed)
    if job.attempts >= _most_attempts(job.kind):
        _end(job, JobState.FAILED, message)
        return
    job.state = JobState.QUEUED
    job.token = None
    job.lease_until = None
    job.run_after = now() + _delay(job)
    job.message = message.to_json()


def hand_back(session: Session, claimed: Claim) -> None:
    """Queue a job again because its worker stops in order; the attempt does not count."""
    job = _held(session, claimed)
    job.state = JobState.QUEUED
    job.attempts -= 1
    job.token = None
    job.lease_until = None
    job.run_after = now()


def request_cancel(session: Session, access: ProjectAccess, job_id: int) -> Job:
    """Ask a job to stop; one that has not begun stops at once."""
    job = _job_to_manage(session, access, job_id)
    if job.state.is_over:
        raise Conflict(text("This job is over already."))
    job.cancel_requested = True
    if job.state is JobState.QUEUED:
        _end(job, JobState.CANCELLED, text("Cancelled on request. Nothing was changed."))
    audit.record(
        session, access.actor, "project:job:cancel", str(job.id), project_id=access.project.id
    )
    return job


def retry(session: Session, access: ProjectAccess, job_id: int) -> Job:
    """Queue a failed or cancelled job once more."""
    job = _job_to_manage(session, access, job_id)
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise Conflict(text("Only a job that failed or was cancelled can be tried again."))
    job.state = JobState.QUEUED
    job.attempts = job.progress = job.total = 0
    job.cancel_requested = False
    job.message = job.finished_at = None
    job.run_after = now()
    audit.record(
        session, access.actor, "project:job:retry", str(job.id), project_id=access.project.id
    )
    return job


def _job_to_manage(session: Session, access: ProjectAccess, job_id: int) -> Job:
    access.require(Permission.JOB_MANAGE_OWN)
    job = open_job(session, access, job_id, for_update=True)
    if not may_manage(access, job):
        raise Forbidden
    return job


def open_job(
    session: Session, access: ProjectAccess, job_id: int, *, for_update: bool = False
) -> Job:
    """Load a job through its project, or raise NotFound."""
    query = select(Job).where(Job.id == job_id, Job.project_id == access.project.id)
    job = session.scalar(query.with_for_update() if for_update else query)
    if job is None:
        raise NotFound
    return job


def beat(session: Session, worker: str) -> None:
    """Note that a worker is alive."""
    row = session.get(WorkerHeartbeat, worker)
    if row is None:
        session.add(WorkerHeartbeat(name=worker, seen_at=now()))
    else:
        row.seen_at = now()


def leave(session: Session, worker: str) -> None:
    """Forget a worker that ends in order."""
    row = session.get(WorkerHeartbeat, worker)
    if row is not None:
        session.delete(row)


def _most_attempts(kind: JobKind) -> int:
    special = {JobKind.SEND_MAIL: MOST_MAIL_ATTEMPTS, JobKind.SEND_WEBHOOK: MOST_WEBHOOK_ATTEMPTS}
    return special.get(kind, MOST_ATTEMPTS)


def _delay(job: Job) -> timedelta:
    if job.kind is JobKind.SEND_MAIL:
        return min(MAIL_DELAY * (1 << (job.attempts - 1)), LONGEST_MAIL_DELAY)
    if job.kind is JobKind.SEND_WEBHOOK:
        return delay_after(job.attempts)
    return RETRY_DELAY * job.attempts


def _held(session: Session, claimed: Claim) -> Job:
    job = session.scalar(
        select(Job).where(Job.id == claimed.job_id, Job.token == claimed.token).with_for_update()
    )
    if job is None or job.state is not JobState.RUNNING:
        raise Conflict(text("Another worker has taken this job over."))
    return job


def _end(job: Job, state: JobState, message: Text) -> None:
    job.state = state
    job.message = message.to_json()
    job.token = None
    job.lease_until = None
    job.finished_at = now()
