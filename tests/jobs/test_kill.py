"""kill -9 of a worker loses nothing and doubles nothing: real processes, a real database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.vocabulary import JobState
from checklist_app.jobs.transactions import reading
from checklist_app.models import Event as AuditEvent
from checklist_app.models import Finding, Job
from checklist_app.queries.jobs import worker_is_alive
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports
from tests.cast import Cast, make_checklist
from tests.jobs.scan_files import sarif
from tests.waiting import wait_until

RESULTS = 15_000
PATIENCE = 60.0


@contextmanager
def running_worker(config: Config) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **{name: value for name, value in os.environ.items() if "CHECKLIST_" not in name},
        "CHECKLIST_DATA_DIR": str(config.data_dir),
        "CHECKLIST_DATABASE_URL": config.sqlalchemy_url,
        "CHECKLIST_JOB_LEASE_SECONDS": "2",
        "CHECKLIST_LOG_LEVEL": "warning",
        "CHECKLIST_SECRET_KEY": config.secret_key,
        "CHECKLIST_OUTBOUND_ALLOWED_HOSTS": ",".join(
            f"{host.scheme}://{host.host}:{host.port}" for host in config.outbound_allowed_hosts
        ),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "checklist_app", "worker"], env=environment, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stderr.close()


def stored(resources: Resources, job: Job) -> Job:
    with reading(resources) as session:
        return session.get_one(Job, job.id)


def count(resources: Resources, query: Select[int]) -> int:
    with reading(resources) as session:
        return session.scalar(query) or 0


def test_another_worker_finishes_what_a_killed_one_began(
    resources: Resources, session: Session, cast: Cast
) -> None:
    make_checklist(session, cast.access("bob"))
    data = sarif(RESULTS)
    (taken,) = take_reports(resources.store, resources.config, "trial.sarif", BytesIO(data))
    _, job = import_report(session, cast.access("carla"), resources.config, taken)
    session.commit()

    with running_worker(resources.config) as first:
        wait_until("the first worker reads", lambda: stored(resources, job).progress > 0)
        first.send_signal(signal.SIGKILL)
        first.wait()
    held = stored(resources, job)
    assert (held.state, held.attempts) == (JobState.RUNNING, 1)

    with running_worker(resources.config) as second:
        wait_until("the second worker ends", lambda: stored(resources, job).state.is_over)
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=20) == 0

    done = stored(resources, job)
    assert (done.state, done.attempts) == (JobState.DONE, 2)
    assert count(resources, select(func.count()).select_from(Finding)) == RESULTS
    imports = select(func.count()).where(AuditEvent.name == "project:scan:import")
    assert count(resources, imports) == 1


def test_a_worker_that_is_told_to_stop_ends_at_once_and_leaves(
    resources: Resources,
) -> None:
    silence = timedelta(seconds=30)

    def alive() -> bool:
        with reading(resources) as opened:
            return worker_is_alive(opened, now(), silence)

    with running_worker(resources.config) as worker:
        wait_until("the worker is heard of", alive)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
    assert not alive()
