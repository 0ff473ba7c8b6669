"""The lanes of background work: what waits in one never stands before what waits in another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from checklist_app.domain.vocabulary import JobKind


class Lane(StrEnum):
    """Jobs that hold up nothing but each other."""

    WORK = "work"
    MAIL = "mail"
    DELIVERIES = "deliveries"


KINDS: Mapping[Lane, frozenset[JobKind]] = MappingProxyType(
    {
        Lane.WORK: frozenset(
            {JobKind.IMPORT_SCAN, JobKind.BUILD_REPORT, JobKind.FOLLOW_ROUTE, JobKind.WATCH_GATE}
        ),
        Lane.MAIL: frozenset({JobKind.SEND_MAIL}),
        Lane.DELIVERIES: frozenset({JobKind.SEND_WEBHOOK}),
    }
)
"""What waits for our own processor, for the mail server, and for hosts that anybody may name."""
MOST_IN_FLIGHT_OF_HOOK = 1
"""Messages of one webhook that are sent at once."""


def lane_of(kind: JobKind) -> Lane:
    """Return the lane that jobs of a kind wait in."""
    return next(lane for lane, kinds in KINDS.items() if kind in kinds)
