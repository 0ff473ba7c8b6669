"""Plans that close gaps."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import RemediationStatus
from checklist_app.queries.gaps import gaps_over_time
from checklist_app.queries.remediation import gap_lines
from checklist_app.services import remediation
from checklist_app.services.clock import now, today
from checklist_app.web import item_pages
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import project, requires
from checklist_app.web.forms import form_choice, form_date, form_number, form_text
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = Blueprint("remediation", __name__, url_prefix="/projects/<slug>")

VIEWS = ("due", "owner", "section")


@blueprint.get("/remediation")
@requires(Permission.PROJECT_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show every gap of the project with its plan."""
    session, access = db_session(), project()
    view = request.args.get("view", "due")
    return render_template(
        "remediation/index.html",
        gaps=gap_lines(session, access, reader_language(), today()),
        view=view if view in VIEWS else "due",
        points=gaps_over_time(session, access.project.id, now()),
    )


@blueprint.post("/checklists/<int:number>/items/<identifier>/remediation")
@requires(Permission.REMEDIATION_PLAN)
def save(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Plan how a gap is closed."""
    opened = opened_item()
    try:
        remediation.plan_remediation(
            db_session(),
            opened,
            plan=form_text("plan"),
            owner_id=form_number("owner_id"),
            due_on=form_date("due_on"),
            row_version=form_number("row_version"),
        )
    except InvalidInput as error:
        return item_pages.refused(opened, error)
    return item_pages.saved(opened)


@blueprint.post("/checklists/<int:number>/items/<identifier>/remediation/advance")
@requires(Permission.REMEDIATION_ADVANCE)
def advance(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Take a plan one step."""
    opened = opened_item()
    try:
        status = form_choice("status", RemediationStatus)
        remediation.advance_remediation(db_session(), opened, status)
    except InvalidInput as error:
        return item_pages.refused(opened, error)
    return item_pages.saved(opened)
