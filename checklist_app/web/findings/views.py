"""What scanners reported."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from checklist_app.domain.permissions import Permission
from checklist_app.queries.findings import FindingFilters, finding_page, finding_view
from checklist_app.queries.unrouted import unrouted as reaching_nothing
from checklist_app.queries.unrouted import unrouted_count
from checklist_app.web.access import project, requires
from checklist_app.web.forms import page_number
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = Blueprint("findings", __name__, url_prefix="/projects/<slug>/findings")


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show the findings of a project, worst first."""
    filters = FindingFilters(
        q=request.args.get("q", "").strip()[:200],
        severity=request.args.get("severity", ""),
        tool=request.args.get("tool", ""),
        routed=request.args.get("routed", ""),
        status=request.args.get("status", ""),
        item=request.args.get("item", ""),
    )
    page = finding_page(db_session(), project(), filters, page_number())
    return render_template(
        "findings/index.html",
        page=page,
        filters=filters,
        unrouted=unrouted_count(db_session(), project()),
    )


@blueprint.get("/unrouted")
@requires(Permission.PROJECT_VIEW)
def unrouted(slug: str) -> ResponseReturnValue:
    """Show the findings that speak to no item of the project, rule by rule."""
    found = reaching_nothing(db_session(), project(), reader_language())
    return render_template("findings/unrouted.html", unrouted=found)


@blueprint.get("/<int:finding_id>")
@requires(Permission.PROJECT_VIEW)
def show(slug: str, finding_id: int) -> ResponseReturnValue:
    """Show one finding in full."""
    finding = finding_view(db_session(), project(), finding_id)
    return render_template("findings/show.html", finding=finding)
