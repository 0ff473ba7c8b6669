"""What a worker does once an hour: leftovers go, what is over ends, the record is checked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from checklist_app.domain.errors import StorageUnavailable
from checklist_app.jobs.transactions import in_transaction, reading
from checklist_app.services.event_witness import watch_events
from checklist_app.services.housekeeping import forget_what_is_over, reap_blobs
from checklist_app.services.resources import Resources
from checklist_app.services.triage_undo import expire_acceptances
from checklist_app.services.webhook_events import tell_time

_log = logging.getLogger(__name__)


def keep_house(resources: Resources) -> None:
    """Take away leftovers, end old acceptances, check the record of events.

    Raises:
        SQLAlchemyError: the database does not answer.
    """
    # An object store that is away is told in the log by itself; leftovers can wait.
    away = suppress(StorageUnavailable)
    with away, _told_of_the_disk("old files are left"), reading(resources) as session:
        reap_blobs(session, resources.store)
    in_transaction(resources, expire_acceptances)
    in_transaction(resources, forget_what_is_over)
    in_transaction(resources, tell_time)
    with _told_of_the_disk("the state of the chain of events could not be kept"):
        watch_events(resources)


@contextmanager
def _told_of_the_disk(what: str) -> Iterator[None]:
    """Have a disk that fails in the log and no further: jobs are done all the same."""
    try:
        yield
    except OSError:
        _log.exception(what)
