"""What happened at the doors, for administrators and auditors."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.permissions import Permission
from checklist_app.domain.spreadsheet import csv_text
from checklist_app.queries.security import (
    EXPORTED,
    SecurityFilters,
    open_alerts,
    security_page,
)
from checklist_app.web.access import actor, requires
from checklist_app.web.forms import LARGEST_KEY
from checklist_app.web.transaction import db_session

blueprint = Blueprint("security", __name__, url_prefix="/admin/security")

LONGEST_FILTER = 200
NAMES = ("kind", "who", "address", "since", "until")


@blueprint.get("")
@requires(Permission.SECURITY_VIEW)
def index() -> ResponseReturnValue:
    """Show security events, newest first."""
    filters = _filters()
    page = security_page(db_session(), actor(), filters)
    given: dict[str, Any] = {name: request.args[name] for name in NAMES if request.args.get(name)}
    return render_template(
        "admin/security.html",
        page=page,
        filters=filters,
        kinds=list(SecurityKind),
        open_alerts=open_alerts(db_session(), actor()),
        older_url=url_for("security.index", **given, before=page.older) if page.older else None,
        export_url=url_for("security.export", **given),
    )


@blueprint.get("/events.csv")
@requires(Permission.SECURITY_VIEW)
def export() -> Response:
    """Give the newest events that the filters let through as a table."""
    page = security_page(db_session(), actor(), _filters(), EXPORTED)
    rows = (
        (
            line.id,
            line.happened_at.isoformat(),
            line.kind.value,
            line.person,
            line.subject,
            line.address,
            line.place,
            line.status,
            line.count,
            line.request_id,
            json.dumps(line.details, ensure_ascii=False, sort_keys=True),
        )
        for line in page.lines
    )
    head = (
        "id",
        gettext("When (UTC)"),
        gettext("What"),
        gettext("Who"),
        gettext("About"),
        gettext("From where"),
        gettext("Place"),
        gettext("Status"),
        gettext("How often"),
        gettext("Request"),
        gettext("Details"),
    )
    answer = make_response(csv_text(head, rows))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = 'attachment; filename="security-events.csv"'
    return answer


def _filters() -> SecurityFilters:
    """Read the filters; what cannot be understood limits nothing."""
    kind = request.args.get("kind", "")
    before = request.args.get("before", type=int)
    return SecurityFilters(
        kind=SecurityKind(kind) if kind in set(SecurityKind) else None,
        who=request.args.get("who", "").strip()[:LONGEST_FILTER],
        address=request.args.get("address", "").strip()[:LONGEST_FILTER],
        since=_day("since"),
        until=_day("until"),
        before=before if before is not None and 0 < before <= LARGEST_KEY else None,
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
