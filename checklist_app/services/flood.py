"""Keeps a flood of refusals from filling the table: past a limit they are counted, not written.

What waits here waits in the memory of one process: counts for the turn of the minute, and events
that a busy database did not take for the first request a second later, so that not each request
asks it in vain. Both are lost when the process ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from checklist_app.domain.alerts import SecurityKind
from checklist_app.services.security_events import Noticed

EACH = 20
"""Rows a minute of one kind from one source; what is more becomes one row with a count."""
ALL = 300
"""Rows a minute of a process, whatever their source."""
MOST_SOURCES = 1000
"""Sources whose surplus is told apart; those beyond share one row."""
MOST_HELD = 300
"""Events that may wait for a busy database; what is more becomes one row for each source."""
PAUSE_SECONDS = 1.0
"""For how long a busy database is not asked again: asking holds up the request that does it."""

_Source = tuple[SecurityKind, str, int | None]


@dataclass(slots=True)
class FloodGate:
    """Decides in one process which events are written by themselves, and when.

    Safe between threads.

    Attributes:
        clock: seconds that only run forward.
    """

    clock: Callable[[], float] = time.monotonic
    _minute: datetime | None = None
    _written: int = 0
    _seen: dict[_Source, int] = field(default_factory=dict)
    _surplus: dict[_Source, Noticed] = field(default_factory=dict)
    _held: list[Noticed] = field(default_factory=list)
    _retry_at: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def take(self, noticed: list[Noticed], moment: datetime) -> list[Noticed]:
        """Return what is to be written now: these, as far as the limits go, and what is overdue.

        Nothing while the database was busy less than a second ago: then all of it is held.

        Args:
            noticed: what has just happened; may be empty.
            moment: now.
        """
        with self._lock:
            due = self._turn_minute(moment) + [one for one in noticed if self._admits(one)]
            if self._retry_at is not None and self.clock() < self._retry_at:
                self._hold(due)
                return []
            due = self._held + due
            self._held = []
            return due

    def put_back(self, due: list[Noticed]) -> bool:
        """Keep for later what was taken and could not be written.

        Returns:
            Whether this is the first time since something was written.
        """
        with self._lock:
            is_first = self._retry_at is None
            self._retry_at = self.clock() + PAUSE_SECONDS
            self._hold(due)
            return is_first

    def was_written(self) -> None:
        """Note that the database takes events (again)."""
        with self._lock:
            self._retry_at = None

    def _hold(self, due: list[Noticed]) -> None:
        room = max(MOST_HELD - len(self._held), 0)
        self._held += due[:room]
        for one in due[room:]:
            source = _source(one)
            if source not in self._surplus and len(self._surplus) >= MOST_SOURCES:
                source = _shared(one)
            self._sum_up(source, one)

    def _turn_minute(self, moment: datetime) -> list[Noticed]:
        minute = moment.replace(second=0, microsecond=0)
        if minute == self._minute:
            return []
        due = list(self._surplus.values())
        self._minute, self._written = minute, 0
        self._seen.clear()
        self._surplus.clear()
        return due

    def _admits(self, one: Noticed) -> bool:
        source = _source(one)
        if source not in self._seen and len(self._seen) >= MOST_SOURCES:
            source = _shared(one)
        self._seen[source] = self._seen.get(source, 0) + 1
        if self._seen[source] <= EACH and self._written < ALL:
            self._written += 1
            return True
        self._sum_up(source, one)
        return False

    def _sum_up(self, source: _Source, one: Noticed) -> None:
        known = self._surplus.get(source)
        if known is not None:
            self._surplus[source] = replace(known, count=known.count + one.count)
        else:
            self._surplus[source] = replace(
                one, address=source[1], user_id=source[2], subject="", details={"summed": True}
            )


def _source(one: Noticed) -> _Source:
    return one.kind, one.address, one.user_id


def _shared(one: Noticed) -> _Source:
    """Return the source that stands for all those that are not told apart."""
    return one.kind, "", None
