"""Signed reports."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from checklist_app.domain.errors import Conflict
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language
from checklist_app.queries.access import open_checklist
from checklist_app.queries.checklists import checklist_cards
from checklist_app.queries.jobs import job_view
from checklist_app.queries.reports import report_line, report_lines
from checklist_app.services import reports
from checklist_app.web.access import project, requires
from checklist_app.web.forms import form_number
from checklist_app.web.languages import reader_language
from checklist_app.web.security import FILE_POLICY
from checklist_app.web.transaction import db_session, resources

blueprint = Blueprint("reports", __name__, url_prefix="/projects/<slug>/reports")


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show the reports of a project and the way to build one."""
    return render_template(
        "reports/index.html",
        reports=report_lines(db_session(), project()),
        checklists=checklist_cards(db_session(), project(), reader_language()),
    )


@blueprint.post("")
@requires(Permission.REPORT_CREATE)
def create(slug: str) -> ResponseReturnValue:
    """Queue the job that builds a signed PDF."""
    checklist = open_checklist(db_session(), project(), form_number("checklist"))
    wanted = request.form.get("language", "")
    language = Language(wanted) if wanted in set(Language) else project().project.language
    report, _ = reports.request_report(
        db_session(), project(), resources().config, resources().store, checklist, language
    )
    return redirect(url_for("reports.show", slug=slug, number=report.number), 303)


@blueprint.get("/<int:number>")
@requires(Permission.PROJECT_VIEW)
def show(slug: str, number: int) -> ResponseReturnValue:
    """Show one report: how far it is, its hashes, the way to check it."""
    line = report_line(db_session(), project(), number)
    return render_template(
        "reports/show.html", report=line, job=job_view(db_session(), project(), line.job_id)
    )


@blueprint.get("/<int:number>/pdf")
@requires(Permission.PROJECT_VIEW)
def download(slug: str, number: int) -> ResponseReturnValue:
    """Hand out the signed PDF."""
    line = report_line(db_session(), project(), number)
    if not line.is_ready:
        raise Conflict(text("This report is not ready yet."))
    answer = send_file(
        resources().store.path(line.pdf_sha256),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{slug}-{number}-{line.language}.pdf",
        etag=line.pdf_sha256,
    )
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer
