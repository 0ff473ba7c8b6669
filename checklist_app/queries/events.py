"""The audit log of a project, from the newest event back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from checklist_app.models import Event, User
from checklist_app.queries.access import ProjectAccess


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as it was recorded; ``actor`` is empty when the system did it by itself."""

    id: int
    happened_at: datetime
    actor: str
    name: str
    target: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventFilters:
    """Which events are wanted; what is empty asks for all. Days are whole, and in UTC.

    Attributes:
        name: of the events.
        target: what they happened to, exactly as it was written down.
        actor_id: whose acts they are.
        since: their first day.
        until: their last day.
    """

    name: str = ""
    target: str = ""
    actor_id: int | None = None
    since: date | None = None
    until: date | None = None


def events_before(
    session: Session,
    access: ProjectAccess,
    filters: EventFilters,
    before: int | None,
    limit: int,
) -> list[LoggedEvent]:
    """Return at most ``limit`` events of a project, the newest first.

    Args:
        session: of the caller.
        access: who asks, of which project.
        filters: which of them are wanted.
        before: key of the event after which, going back, to read on; None for the newest.
        limit: at most so many.
    """
    wanted = [Event.project_id == access.project.id, *_conditions(filters)]
    if before is not None:
        wanted.append(Event.id < before)
    rows = session.execute(
        select(Event, User.name)
        .outerjoin(User, User.id == Event.actor_id)
        .where(*wanted)
        .order_by(Event.id.desc())
        .limit(limit)
    )
    return [
        LoggedEvent(
            event.id, event.happened_at, actor or "", event.name, event.target, event.details
        )
        for event, actor in rows
    ]


def _conditions(filters: EventFilters) -> list[ColumnElement[bool]]:
    wanted = []
    if filters.name:
        wanted.append(Event.name == filters.name)
    if filters.target:
        wanted.append(Event.target == filters.target)
    if filters.actor_id is not None:
        wanted.append(Event.actor_id == filters.actor_id)
    if filters.since is not None:
        wanted.append(Event.happened_at >= _begin_of(filters.since))
    if filters.until is not None and filters.until < date.max:
        wanted.append(Event.happened_at < _begin_of(filters.until + timedelta(days=1)))
    return wanted


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
