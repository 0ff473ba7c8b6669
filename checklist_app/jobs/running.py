"""A job in the hands of a worker: what its handler may ask and tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from checklist_app.domain.errors import Cancelled
from checklist_app.jobs.transactions import in_transaction, reading
from checklist_app.services import jobs
from checklist_app.services.jobs import Claim
from checklist_app.services.resources import Resources

TELL_EVERY = 0.5
ASK_EVERY = 1.0


@dataclass(slots=True)
class RunningJob:
    """A claimed job, its worker's resources, and the two reasons to stop.

    Attributes:
        lost: set when the lease ran out; nothing that is done from then on counts.
        stopping: set when the worker has to end.
    """

    resources: Resources
    claim: Claim
    stopping: Event
    lost: Event = field(default_factory=Event)
    clock: Callable[[], float] = time.monotonic
    _told: float = 0.0
    _asked: float = 0.0
    _cancelled: bool = False

    def is_cancelled(self) -> bool:
        """Return whether to stop now; cheap enough to be asked all the time."""
        if self.lost.is_set() or self.stopping.is_set():
            return True
        if not self._cancelled and self.clock() - self._asked >= ASK_EVERY:
            self._asked = self.clock()
            with reading(self.resources) as session:
                self._cancelled = jobs.is_cancelled(session, self.claim)
        return self._cancelled

    def go_on(self) -> None:
        """Return at once, or end the work.

        Raises:
            Cancelled: it is not wanted any more, or somebody else has it.
        """
        if self.is_cancelled():
            raise Cancelled

    def progress(self, done: int, total: int) -> None:
        """Tell how far the work has come; written down at most twice a second."""
        if done < total and self.clock() - self._told < TELL_EVERY:
            return
        self._told = self.clock()
        in_transaction(
            self.resources,
            lambda session: jobs.report_progress(session, self.claim, done, total),
        )
