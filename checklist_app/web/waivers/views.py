"""Accepted deviations."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.services import remediation
from checklist_app.web import item_pages
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import recent_auth, requires
from checklist_app.web.forms import form_date, form_text
from checklist_app.web.transaction import db_session

blueprint = Blueprint(
    "waivers", __name__, url_prefix="/projects/<slug>/checklists/<int:number>/items/<identifier>"
)


@blueprint.post("/waiver")
@requires(Permission.WAIVER_GRANT)
@recent_auth(_l("Accept a deviation until a date"))
def grant(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Accept a gap until a date."""
    opened = opened_item()
    try:
        remediation.grant_waiver(
            db_session(),
            opened,
            justification=form_text("justification"),
            expires_on=form_date("expires_on"),
        )
    except InvalidInput as error:
        return item_pages.refused(opened, error)
    return item_pages.saved(opened)


@blueprint.post("/waiver/revoke")
@requires(Permission.WAIVER_GRANT)
def revoke(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """End the waiver in force."""
    opened = opened_item()
    remediation.revoke_waiver(db_session(), opened)
    return item_pages.saved(opened)
