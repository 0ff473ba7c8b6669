"""The audit log of a project, from the newest event back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
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


def events_before(
    session: Session, access: ProjectAccess, name: str, before: int | None, limit: int
) -> list[LoggedEvent]:
    """Return at most ``limit`` events of a project, the newest first.

    Args:
        session: of the caller.
        access: who asks, of which project.
        name: of the events that are wanted; empty for all.
        before: key of the event after which, going back, to read on; None for the newest.
        limit: at most so many.
    """
    wanted = [Event.project_id == access.project.id]
    if name:
        wanted.append(Event.name == name)
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
