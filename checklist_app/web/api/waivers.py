"""Accepted, dated deviations."""

from __future__ import annotations

from datetime import date

from apiflask import APIBlueprint

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.services import remediation
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import requires
from checklist_app.web.api import items
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.schemas import Input, LongText
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint(
    "waivers",
    __name__,
    url_prefix="/projects/<slug>/checklists/<int:number>/items/<identifier>/waiver",
)


class NewWaiver(Input):
    """Why the gap is accepted, and until when."""

    justification: LongText
    expires_on: date


@blueprint.post("")
@requires(Permission.WAIVER_GRANT)
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


@blueprint.delete("")
@requires(Permission.WAIVER_GRANT)
@Operation(text("End the waiver of an item"), status=204, existing=items.shown)
def revoke(slug: str, number: int, identifier: str) -> None:
    """Revoke a waiver."""
    remediation.revoke_waiver(db_session(), opened_item())
