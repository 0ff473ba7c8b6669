"""The loops of a worker process: claim a job, keep its lease, do it, tell how it ended."""

from __future__ import annotations

import gc
import logging
import os
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from types import MappingProxyType

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.errors import (
    AlteredFile,
    Cancelled,
    Conflict,
    DomainError,
    TryLater,
)
from checklist_app.domain.lanes import Lane, lane_of
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import JobState
from checklist_app.jobs.handlers import HANDLERS
from checklist_app.jobs.house import keep_house
from checklist_app.jobs.running import RunningJob
from checklist_app.jobs.transactions import in_transaction, reading
from checklist_app.models import Job
from checklist_app.queries.lanes import parties_due
from checklist_app.services import jobs, security_events
from checklist_app.services.alert_delivery import announce, is_something_to_tell
from checklist_app.services.clock import now
from checklist_app.services.jobs import Claim
from checklist_app.services.resources import Resources
from checklist_app.services.security_events import Noticed

LOOK_EVERY = 0.3
LOOK_FOR_MESSAGES_EVERY = 1.0
THREADS: Mapping[Lane, int] = MappingProxyType({Lane.MAIL: 1, Lane.DELIVERIES: 3})
"""Beside the main loop, which imports and builds reports: they wait for others, not for us."""
LONGEST_FAREWELL = 5.0
"""Seconds that a worker which ends waits for a host; what it held is sent when its lease ends."""
BEAT_EVERY = 5.0
WAIT_AFTER_FAULT = 2.0
HOUSE_EVERY = 3600.0
HOUSE_AGAIN = 60.0
"""Seconds after which it is tried again where the database went away meanwhile."""
ALERTS_EVERY = 10.0

_log = logging.getLogger(__name__)


class Worker:
    """Does one job after another in each lane until it is told to stop.

    Attributes:
        name: how it signs its heartbeat.
        stopping: set it, from a signal handler or another thread, to end in order.
        turn_file: is made new at turns of the loop, so that others see that it turns.
    """

    def __init__(self, resources: Resources, turn_file: Path | None = None) -> None:
        self.resources = resources
        self.turn_file = turn_file
        self.name = f"{socket.gethostname()}:{os.getpid()}"[:80]
        self.stopping = Event()
        self._claiming = Lock()
        self._fault: BaseException | None = None
        # Counted by a clock that nobody sets: one that is set back must not silence alerts.
        self._house_due = self._alerts_due = self._turn_due = time.monotonic()
        self._lease = timedelta(seconds=resources.config.job_lease_seconds)

    def run(self) -> None:
        """Work until ``stopping`` is set. A database that is away is waited for."""
        pulse = Thread(target=self._beat_until_stopped, name="pulse", daemon=True)
        pulse.start()
        messengers = [
            Thread(target=self._work_lane, args=(lane,), name=lane.value, daemon=True)
            for lane, count in THREADS.items()
            for _ in range(count)
        ]
        for messenger in messengers:
            messenger.start()
        _log.info("worker ready", extra={"worker": self.name})
        while not self.stopping.is_set():
            self._note_turn()
            try:
                self._keep_house()
                self._tell_alerts()
                if not self.work_once((Lane.WORK,)):
                    self.stopping.wait(LOOK_EVERY)
            except SQLAlchemyError:
                self._wait_for_the_database()
        deadline = time.monotonic() + LONGEST_FAREWELL
        for messenger in messengers:
            messenger.join(timeout=max(0.0, deadline - time.monotonic()))
        pulse.join(timeout=BEAT_EVERY)
        self._say_goodbye()
        if self._fault is not None:
            raise self._fault

    def _work_lane(self, lane: Lane) -> None:
        """Do the jobs of one lane; whatever breaks here ends the whole worker, as in its loop."""
        try:
            while not self.stopping.is_set():
                try:
                    if not self.work_once((lane,)):
                        self.stopping.wait(LOOK_FOR_MESSAGES_EVERY)
                except SQLAlchemyError:
                    self._wait_for_the_database()
        except Exception as error:
            self._fault = error
            self.stopping.set()

    def _wait_for_the_database(self) -> None:
        _log.exception("the database does not answer")
        self.stopping.wait(WAIT_AFTER_FAULT)

    def _note_turn(self) -> None:
        if self.turn_file is not None and time.monotonic() >= self._turn_due:
            self._turn_due = time.monotonic() + BEAT_EVERY
            self.turn_file.touch()

    def _keep_house(self) -> None:
        """Once an hour, take away leftovers, end old acceptances, check the record of events."""
        if time.monotonic() < self._house_due:
            return
        self._house_due = time.monotonic() + HOUSE_AGAIN
        keep_house(self.resources)
        self._house_due = time.monotonic() + HOUSE_EVERY

    def _tell_alerts(self) -> None:
        """Queue the mails of new alerts, a few seconds after they were raised."""
        if time.monotonic() < self._alerts_due:
            return
        self._alerts_due = time.monotonic() + ALERTS_EVERY
        with reading(self.resources) as session:
            if not is_something_to_tell(session):
                return
        in_transaction(self.resources, lambda session: announce(session, self.resources.config))

    def work_once(self, lanes: Sequence[Lane] = tuple(Lane)) -> bool:
        """Do a job that is due in one of these lanes; return whether there was one."""
        with reading(self.resources) as session:
            # Looking first keeps an idle worker from taking SQLite's one write lock all the time.
            if not any(parties_due(session, lane, now()) for lane in lanes):
                return False
        with self._claiming:  # two threads that claim at once would not see each other's calls
            claimed = in_transaction(
                self.resources, lambda session: jobs.claim(session, self._lease, lanes)
            )
        if claimed is not None:
            self._do(claimed)
        return True

    def _do(self, claimed: Claim) -> None:
        running = RunningJob(self.resources, claimed, self.stopping)
        over = Event()
        keeper = Thread(target=self._keep_lease, args=(running, over), name="lease", daemon=True)
        keeper.start()
        facts = {"job": claimed.job_id, "kind": claimed.kind.value}
        _log.info("job begins", extra=facts)
        try:
            self._attempt(running)
        except Conflict:
            # Raised by the job table itself: somebody else holds the job, and our work was undone.
            _log.warning("job was taken over", extra=facts)
        finally:
            over.set()
            keeper.join()

    def _attempt(self, running: RunningJob) -> None:
        claimed = running.claim
        facts = {"job": claimed.job_id, "kind": claimed.kind.value}
        try:
            HANDLERS[claimed.kind](running)
            _log.info("job done", extra=facts)
        except Cancelled as error:
            self._stopped(running, error)
        except TryLater as error:
            later = error.text
            in_transaction(self.resources, lambda session: jobs.put_back(session, claimed, later))
        except DomainError as error:
            _log.warning("job failed", extra={**facts, "reason": str(error)})
            failed = error
            in_transaction(self.resources, lambda session: _fail(session, claimed, failed))
        except Exception:
            # The one place that catches everything: whatever broke, the job must not stay
            # "running" for ever, and the next one must not suffer.
            _log.exception("job broke", extra=facts)
            in_transaction(
                self.resources,
                lambda session: jobs.put_back(
                    session,
                    claimed,
                    text(
                        "Something unexpected went wrong. It is tried again by itself; the "
                        "administrator finds the details in the log under job %(job)s.",
                        job=claimed.job_id,
                    ),
                ),
            )

    def _stopped(self, running: RunningJob, error: Cancelled) -> None:
        claimed = running.claim
        if running.lost.is_set():
            raise Conflict(error.text)
        if self.stopping.is_set():
            in_transaction(self.resources, lambda session: jobs.hand_back(session, claimed))
            return
        in_transaction(
            self.resources,
            lambda session: jobs.give_up(session, claimed, JobState.CANCELLED, error.text),
        )

    def _keep_lease(self, running: RunningJob, over: Event) -> None:
        """Renew the lease until the job is over; notice when it is somebody else's."""
        while not over.wait(self._lease.total_seconds() / 3):
            try:
                held = in_transaction(
                    self.resources,
                    lambda session: jobs.renew(session, running.claim, self._lease),
                )
            except SQLAlchemyError:
                # Not lost yet: the next turn tries again, and the token guards the effect.
                _log.warning("the lease could not be renewed", exc_info=True)
                continue
            if not held and not over.is_set() and not self._has_ended(running):
                _log.warning("lease lost", extra={"job": running.claim.job_id})
                running.lost.set()
                return

    def _has_ended(self, running: RunningJob) -> bool:
        """Whether the job is over: a renewal that waited for its last commit comes too late."""
        with reading(self.resources) as session:
            return session.get_one(Job, running.claim.job_id).state.is_over

    def _beat_until_stopped(self) -> None:
        while True:
            try:
                in_transaction(self.resources, lambda session: jobs.beat(session, self.name))
            except SQLAlchemyError:
                _log.warning("the heartbeat could not be written", exc_info=True)
            if self.stopping.wait(BEAT_EVERY):
                return

    def _say_goodbye(self) -> None:
        try:
            in_transaction(self.resources, lambda session: jobs.leave(session, self.name))
        except SQLAlchemyError:
            _log.warning("the heartbeat could not be taken away", exc_info=True)
        _log.info("worker ended", extra={"worker": self.name})


def _fail(session: Session, claimed: Claim, error: DomainError) -> None:
    if isinstance(error, AlteredFile):
        about = f"job {claimed.job_id}"
        security_events.note(session, Noticed(SecurityKind.FILE_ALTERED, now(), subject=about))
    jobs.give_up(session, claimed, JobState.FAILED, error.text)


def collect_rarely() -> None:
    """Let this process look for cycles of forgotten objects far less often than Python does.

    A large report is a stream of short-lived rows without cycles: looking through them again and
    again took a quarter of the time of its import.
    """
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


def work_until_over(resources: Resources, job_id: int) -> JobState:
    """Do due jobs of its lane in this process until one of them is over; return how it ended.

    A worker that runs besides may do it as well: the lease decides, and either way it gets done.
    """
    worker = Worker(resources)
    while True:
        with reading(resources) as session:
            job = session.get_one(Job, job_id)
        if job.state.is_over:
            return job.state
        if not worker.work_once((lane_of(job.kind),)):
            worker.stopping.wait(LOOK_EVERY)
