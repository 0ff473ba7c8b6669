"""What scanners reported."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from checklist_app.domain.permissions import Permission
from checklist_app.queries.findings import FindingFilters, finding_page, finding_view
from checklist_app.web.access import project, requires
from checklist_app.web.forms import page_number
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
        item=request.args.get("item", ""),
    )
    page = finding_page(db_session(), project(), filters, page_number())
    return render_template("findings/index.html", page=page, filters=filters)


@blueprint.get("/<int:finding_id>")
@requires(Permission.PROJECT_VIEW)
def show(slug: str, finding_id: int) -> ResponseReturnValue:
    """Show one finding in full."""
    finding = finding_view(db_session(), project(), finding_id)
    return render_template("findings/show.html", finding=finding)
