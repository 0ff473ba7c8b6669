"""What happened in a project: its part of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import Field

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.queries.events import EventFilters, events_before
from checklist_app.web.access import project, requires
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.paging import page, start_of
from checklist_app.web.api.schemas import Line, ListQuery, Output, Page, QueryDay, QueryKey
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("events", __name__, url_prefix="/projects/<slug>/events")


class Event(Output):
    """Something that happened; ``actor`` is empty when the system did it by itself."""

    id: int
    happened_at: datetime
    actor: str
    name: str
    target: str
    details: dict[str, Any]


class EventQuery(ListQuery):
    """Which events are wanted, the newest first."""

    name: Line = ""
    target: Line = Field(
        "", description=str(text("What it happened to, exactly as it is written."))
    )
    actor_id: QueryKey | None = Field(None, description=str(text("Whose acts are wanted.")))
    since: QueryDay | None = Field(None, description=str(text("The first day, in UTC.")))
    until: QueryDay | None = Field(None, description=str(text("The last day, in UTC.")))


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
@Operation(text("List what happened in a project"), query=EventQuery, answer=Page[Event])
def index(slug: str, query: EventQuery) -> Page[Event]:
    """List the events."""
    wanted = EventFilters(
        query.name, query.target, query.actor_id, since=query.since, until=query.until
    )
    lines = events_before(db_session(), project(), wanted, start_of(query), query.limit + 1)
    return page(query, lines, Event.model_validate, lambda line: line.id)
