"""One effect, one transaction: tried again when the database picked us as the loser of a tie."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from checklist_app.models.database import begin_reading
from checklist_app.services.faults import is_lost_race
from checklist_app.services.resources import Resources

T = TypeVar("T")

MOST_TRIES = 5
FIRST_WAIT = 0.05

_log = logging.getLogger(__name__)
_never = Event()


def in_transaction(resources: Resources, work: Callable[[Session], T]) -> T:
    """Do ``work`` in a transaction of its own and commit it.

    A deadlock or a lock that was waited for too long undoes everything and is tried again, so
    ``work`` must read whatever it depends on inside.
    """
    for attempt in range(1, MOST_TRIES + 1):
        try:
            with resources.sessions.begin() as session:
                return work(session)
        except SQLAlchemyError as error:
            if attempt == MOST_TRIES or not is_tie(error):
                raise
            _log.warning("a transaction lost a tie and is tried again", extra={"attempt": attempt})
            _never.wait(FIRST_WAIT * 2**attempt)
    raise AssertionError("unreachable")


@contextmanager
def reading(resources: Resources) -> Iterator[Session]:
    """Open a session that only reads and so never waits for a writer."""
    with resources.sessions() as session:
        begin_reading(session)
        yield session


def is_tie(error: SQLAlchemyError) -> bool:
    """Return whether a transaction failed only because another one was in its way."""
    return is_lost_race(error) or "database is locked" in str(error)
