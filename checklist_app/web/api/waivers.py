"""Accepted, dated deviations."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from apiflask import APIBlueprint

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.queries.waivers import WantedWaivers, waivers_before
from checklist_app.services import remediation
from checklist_app.services.clock import today
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import project, recent_auth, requires
from checklist_app.web.api import items
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.paging import page, start_of
from checklist_app.web.api.schemas import Input, ListQuery, LongText, Output, Page, QueryFlag
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("waivers", __name__, url_prefix="/projects/<slug>")

ON_ITEM = "/checklists/<int:number>/items/<identifier>/waiver"


class Waiver(Output):
    """A waiver and the item that it is for; ``in_force`` says whether it holds today."""

    worded: ClassVar[frozenset[str]] = frozenset({"title"})

    id: int
    checklist_number: int
    identifier: str
    title: str
    justification: str
    approved_by: str
    granted_at: datetime
    expires_on: date
    revoked_at: datetime | None
    in_force: bool


class WaiverQuery(ListQuery):
    """Which waivers are wanted: in force, or over and taken back."""

    in_force: QueryFlag | None = None


class NewWaiver(Input):
    """Why the gap is accepted, and until when."""

    justification: LongText
    expires_on: date


@blueprint.get("/waivers")
@requires(Permission.PROJECT_VIEW)
@Operation(text("List the waivers of a project"), query=WaiverQuery, answer=Page[Waiver])
def index(slug: str, query: WaiverQuery) -> Page[Waiver]:
    """List the waivers."""
    lines = waivers_before(
        db_session(),
        project(),
        reader_language(),
        WantedWaivers(today(), query.in_force),
        before=start_of(query),
        limit=query.limit + 1,
    )
    return page(query, lines, Waiver.model_validate, lambda line: line.id)


@blueprint.post(ON_ITEM)
@requires(Permission.WAIVER_GRANT)
@recent_auth(text("Accept a deviation until a date"))
@Operation(
    text("Accept the gap of an item until a date"),
    body=NewWaiver,
    answer=items.Item,
    status=201,
    existing=items.shown,
    refusals=(409,),
)
def grant(slug: str, number: int, identifier: str, body: NewWaiver) -> items.Item:
    """Grant a waiver."""
    remediation.grant_waiver(
        db_session(),
        opened_item(),
        justification=body.justification,
        expires_on=body.expires_on,
    )
    return items.shown(slug, number, identifier)


@blueprint.delete(ON_ITEM)
@requires(Permission.WAIVER_GRANT)
@Operation(text("End the waiver of an item"), status=204, existing=items.shown)
def revoke(slug: str, number: int, identifier: str) -> None:
    """Revoke a waiver."""
    remediation.revoke_waiver(db_session(), opened_item())
