"""What scanners reported."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.spreadsheet import csv_text
from checklist_app.domain.vocabulary import TriageKind
from checklist_app.queries.corrections import corrections_of_rule, destinations
from checklist_app.queries.duplicates import grouped, twins
from checklist_app.queries.finding_export import exported_findings
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.queries.finding_view import finding_view
from checklist_app.queries.findings import finding_page
from checklist_app.queries.unrouted import unrouted as reaching_nothing
from checklist_app.queries.unrouted import unrouted_count
from checklist_app.services.clock import today
from checklist_app.services.corrections import correct_route
from checklist_app.services.corrections import undo_correction as take_back
from checklist_app.services.triage import may_do
from checklist_app.web.access import project, requires
from checklist_app.web.filters import told
from checklist_app.web.forms import form_text, page_number
from checklist_app.web.languages import reader_language
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, forget

blueprint = Blueprint("findings", __name__, url_prefix="/projects/<slug>/findings")


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show the findings of a project, worst first."""
    filters = FindingFilters.of(request.args)
    session, access = db_session(), project()
    page = finding_page(session, access, filters, page_number(), today=today())
    return render_template(
        "findings/index.html",
        page=page,
        groups=grouped(page.findings, twins(session, access, page.findings, today())),
        filters=filters,
        kinds=[kind for kind in TriageKind if may_do(access, kind)],
        unrouted=unrouted_count(session, access),
    )


@blueprint.get("/findings.csv")
@requires(Permission.PROJECT_VIEW)
def export(slug: str) -> Response:
    """Give all findings that the filters let through as a table, with what people say of them."""
    found = exported_findings(db_session(), project(), FindingFilters.of(request.args), today())
    rows = (
        (
            one.id,
            one.severity.value,
            one.status.value,
            one.tool,
            one.rule_id,
            one.title,
            one.location,
            " ".join(f"CWE-{cwe}" for cwe in one.cwes),
            one.occurrences,
            one.created_at.isoformat(),
            one.mark.value if one.mark else None,
            one.marked_until,
            one.marked_by,
            one.marked_at.isoformat() if one.marked_at else None,
            one.reason,
        )
        for one in found
    )
    head = (
        "id",
        gettext("Severity"),
        gettext("Status"),
        gettext("Tool"),
        gettext("Rule"),
        gettext("Title"),
        gettext("Location"),
        "CWE",
        gettext("How often"),
        gettext("First imported"),
        gettext("Mark"),
        gettext("until"),
        gettext("Who"),
        gettext("When (UTC)"),
        gettext("Reason"),
    )
    answer = make_response(csv_text(head, rows))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-findings.csv"'
    return answer


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
    return _finding(finding_id)


@blueprint.post("/<int:finding_id>/routes")
@requires(Permission.ROUTE_CORRECT)
def correct(slug: str, finding_id: int) -> ResponseReturnValue:
    """Say that the findings of this rule lead to a requirement, or that they do not."""
    identifier = form_text("requirement")
    leads = form_text("leads") != "no"
    try:
        correct_route(db_session(), project(), finding_id, identifier=identifier, leads=leads)
    except InvalidInput as error:
        forget()
        return _finding(finding_id, form_error=told(error.text), typed=identifier), 422
    done(gettext("The route is corrected for this rule. You can undo it below."))
    return redirect(url_for("findings.show", slug=slug, finding_id=finding_id), 303)


@blueprint.post("/<int:finding_id>/routes/<int:correction_id>/undo")
@requires(Permission.ROUTE_CORRECT)
def undo_correction(slug: str, finding_id: int, correction_id: int) -> ResponseReturnValue:
    """Take back a correction."""
    take_back(db_session(), project(), finding_id, correction_id)
    done(gettext("The correction is undone."))
    return redirect(url_for("findings.show", slug=slug, finding_id=finding_id), 303)


def _finding(finding_id: int, *, form_error: str = "", typed: str = "") -> str:
    session, access, language = db_session(), project(), reader_language()
    may_correct = access.allows(Permission.ROUTE_CORRECT)
    return render_template(
        "findings/show.html",
        finding=finding_view(session, access, finding_id, today()),
        kinds=[kind for kind in TriageKind if may_do(access, kind)],
        corrections=corrections_of_rule(session, access, finding_id, language),
        destinations=destinations(session, access, language) if may_correct else [],
        form_error=form_error,
        typed=typed,
    )
