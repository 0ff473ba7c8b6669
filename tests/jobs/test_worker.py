"""A worker and the job table: every ending is told, and no effect happens twice."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.jobs import worker as loop
from checklist_app.jobs.handlers import HANDLERS
from checklist_app.jobs.house import keep_house
from checklist_app.jobs.running import RunningJob
from checklist_app.jobs.transactions import in_transaction, reading
from checklist_app.jobs.worker import Worker, work_until_over
from checklist_app.models import Base, Finding, Job, ScanImport, WorkerHeartbeat
from checklist_app.queries.jobs import job_view, waiting_jobs, worker_is_alive
from checklist_app.services import event_witness, jobs
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports
from tests.cast import Cast
from tests.jobs.scan_files import sarif

LEASE = timedelta(seconds=30)


def queue_scan(resources: Resources, session: Session, cast: Cast, data: bytes) -> Job:
    (taken,) = take_reports(resources.store, resources.config, "trial.sarif", BytesIO(data))
    _, job = import_report(session, cast.access("carla"), resources.config, taken)
    session.commit()
    return job


def stored(resources: Resources, job: Job) -> Job:
    with reading(resources) as session:
        return session.get_one(Job, job.id)


def count(resources: Resources, table: type[Base]) -> int:
    with reading(resources) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def is_alive(resources: Resources, moment: datetime) -> bool:
    with reading(resources) as session:
        return worker_is_alive(session, moment, LEASE)


def test_an_import_is_read_and_told(resources: Resources, session: Session, cast: Cast) -> None:
    job = queue_scan(resources, session, cast, sarif(4))
    vera = cast.access("vera")
    with reading(resources) as other:
        (waiting,) = waiting_jobs(other, vera)
    assert (waiting.state, waiting.percent) == (JobState.QUEUED, None)

    assert work_until_over(resources, job.id) is JobState.DONE

    with reading(resources) as other:
        view = job_view(other, vera, job.id)
        assert waiting_jobs(other, vera) == ()
    assert view.scan_import_id is not None
    assert str(view.message).startswith("4 results read: 4 new findings")
    assert view.finished_at is not None
    assert count(resources, Finding) == 4


def test_a_worker_that_turns_shows_it(resources: Resources, tmp_path: Path) -> None:
    file, over = tmp_path / "turn", Event()
    working = Worker(resources, file)
    thread = Thread(target=working.run)
    thread.start()
    while not file.exists():
        assert thread.is_alive()
        over.wait(0.01)
    working.stopping.set()
    thread.join()
    assert file.read_bytes() == b""


def test_a_file_that_cannot_be_read_says_why(
    resources: Resources, session: Session, cast: Cast
) -> None:
    job = queue_scan(resources, session, cast, b"not a report at all")

    assert work_until_over(resources, job.id) is JobState.FAILED

    with reading(resources) as other:
        view = job_view(other, cast.access("vera"), job.id)
    assert "not a scanner report" in str(view.message)
    assert count(resources, Finding) == 0


def test_every_kind_of_job_has_a_handler() -> None:
    assert set(HANDLERS) == set(JobKind)


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[RunningJob], None]], None]:
    def install(work: Callable[[RunningJob], None]) -> None:
        monkeypatch.setattr(loop, "HANDLERS", {JobKind.IMPORT_SCAN: work})

    return install


def test_an_unexpected_fault_is_tried_again_and_then_given_up(
    resources: Resources,
    session: Session,
    cast: Cast,
    handler: Callable[[Callable[[RunningJob], None]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(_running: RunningJob) -> None:
        raise ZeroDivisionError

    handler(breaks)
    monkeypatch.setattr(jobs, "RETRY_DELAY", timedelta())
    job = queue_scan(resources, session, cast, sarif())

    assert work_until_over(resources, job.id) is JobState.FAILED

    job = stored(resources, job)
    assert job.attempts == jobs.MOST_ATTEMPTS
    assert job.message is not None
    message = str(Text.from_json(job.message))
    assert "unexpected" in message
    assert "ZeroDivision" not in message


def test_a_cancelled_job_changes_nothing(
    resources: Resources,
    session: Session,
    cast: Cast,
    handler: Callable[[Callable[[RunningJob], None]], None],
) -> None:
    job = queue_scan(resources, session, cast, sarif(50))

    def cancelled_in_the_middle(running: RunningJob) -> None:
        in_transaction(
            resources, lambda other: jobs.request_cancel(other, cast.access("carla"), job.id)
        )
        running._asked = -10.0
        HANDLERS[JobKind.IMPORT_SCAN](running)

    handler(cancelled_in_the_middle)

    assert work_until_over(resources, job.id) is JobState.CANCELLED
    assert count(resources, Finding) == 0


def test_a_worker_that_stops_hands_its_job_back(
    resources: Resources,
    session: Session,
    cast: Cast,
    handler: Callable[[Callable[[RunningJob], None]], None],
) -> None:
    job = queue_scan(resources, session, cast, sarif(50))
    worker = Worker(resources)

    def stopped_in_the_middle(running: RunningJob) -> None:
        worker.stopping.set()
        HANDLERS[JobKind.IMPORT_SCAN](running)

    handler(stopped_in_the_middle)
    assert worker.work_once()

    job = stored(resources, job)
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    assert count(resources, Finding) == 0


def test_a_worker_whose_lease_ran_out_has_no_effect(
    resources: Resources,
    session: Session,
    cast: Cast,
    handler: Callable[[Callable[[RunningJob], None]], None],
) -> None:
    job = queue_scan(resources, session, cast, sarif(5))
    original = HANDLERS[JobKind.IMPORT_SCAN]

    def overtaken(running: RunningJob) -> None:
        def lapse(other: Session) -> None:
            row = other.get_one(Job, job.id)
            row.lease_until = now() - timedelta(seconds=1)

        in_transaction(resources, lapse)
        second = in_transaction(resources, lambda other: jobs.claim(other, LEASE))
        assert second is not None
        original(RunningJob(resources, second, Event()))
        with pytest.raises(Conflict):
            original(running)
        raise Conflict(text("Another worker has taken this job over."))

    handler(overtaken)
    assert Worker(resources).work_once()

    job = stored(resources, job)
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert count(resources, Finding) == 5
    assert count(resources, ScanImport) == 1


def test_a_renewal_that_comes_after_the_end_is_no_lost_lease(
    resources: Resources,
    session: Session,
    cast: Cast,
    handler: Callable[[Callable[[RunningJob], None]], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = queue_scan(resources, session, cast, sarif(5))
    original, renew, came_late = HANDLERS[JobKind.IMPORT_SCAN], jobs.renew, Event()
    seen: list[RunningJob] = []

    def noting(other: Session, claimed: jobs.Claim, lease: timedelta) -> bool:
        held = renew(other, claimed, lease)
        if not held:
            came_late.set()
        return held

    def slow_to_return(running: RunningJob) -> None:
        original(running)
        seen.append(running)
        assert came_late.wait(60)

    monkeypatch.setattr(jobs, "renew", noting)
    handler(slow_to_return)

    assert work_until_over(resources, job.id) is JobState.DONE
    assert not seen[0].lost.is_set()
    assert "lease lost" not in caplog.text


def test_progress_is_written_down(
    resources: Resources,
    session: Session,
    cast: Cast,
    handler: Callable[[Callable[[RunningJob], None]], None],
) -> None:
    job = queue_scan(resources, session, cast, sarif())
    seen: list[tuple[int, int]] = []

    def half_way(running: RunningJob) -> None:
        running.clock = lambda: 100.0  # no time passes between the two
        running.progress(5, 10)
        running.progress(6, 10)
        row = stored(resources, job)
        seen.append((row.progress, row.total))
        in_transaction(resources, lambda other: jobs.finish(other, running.claim, text("Done.")))

    handler(half_way)
    work_until_over(resources, job.id)

    assert seen == [(5, 10)]


def test_a_running_worker_is_seen_and_says_goodbye(
    resources: Resources, session: Session, cast: Cast
) -> None:
    worker = Worker(resources)
    worker.stopping.set()
    assert not is_alive(resources, now())

    worker._beat_until_stopped()
    assert is_alive(resources, now())
    assert not is_alive(resources, now() + timedelta(minutes=5))

    worker.run()
    assert count(resources, WorkerHeartbeat) == 0


def test_a_disk_that_fails_at_the_hourly_work_ends_no_worker(
    resources: Resources,
    cast: Cast,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(event_witness, "write_private", full)
    keep_house(resources)
    assert "the state of the chain of events could not be kept" in caplog.text
