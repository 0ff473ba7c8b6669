"""Importing scanner reports."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import Text, text
from checklist_app.queries.duplicates import grouped, twins
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.queries.findings import finding_page, scan_import, scan_imports
from checklist_app.queries.jobs import job_view
from checklist_app.scanners.table import PARSERS, check_format
from checklist_app.services import scans
from checklist_app.services.clock import today
from checklist_app.web.access import project, requires, wants_fragment
from checklist_app.web.forms import form_text, page_number
from checklist_app.web.transaction import db_session, resources

blueprint = Blueprint("scans", __name__, url_prefix="/projects/<slug>/scans")

MOST_FILES = 20


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show the imports of a project and the way to add one; to a script the list alone."""
    if wants_fragment():
        return _list()
    imports = scan_imports(db_session(), project())
    formats = sorted((parser.title, parser.format) for parser in PARSERS)
    return render_template("scans/index.html", imports=imports, formats=formats)


@blueprint.post("")
@requires(Permission.SCAN_IMPORT)
def upload(slug: str) -> ResponseReturnValue:
    """Take scanner reports in; a job reads each."""
    uploads = [part for part in request.files.getlist("files") if part.filename]
    if not uploads:
        raise InvalidInput(text("Choose a scanner report first."), field="files")
    if len(uploads) > MOST_FILES:
        raise InvalidInput(text("At most %(count)s files at once.", count=MOST_FILES))
    named = form_text("format")
    check_format(named)
    store, config = resources().store, resources().config
    taken = [
        report
        for part in uploads
        for report in scans.take_reports(store, config, part.filename or "report", part.stream)
    ]
    imports = [
        scans.import_report(
            db_session(),
            project(),
            config,
            report,
            environment=form_text("environment"),
            named_format=named,
        )[0]
        for report in taken
    ]
    if wants_fragment():
        return _list()
    if len(imports) == 1:
        return redirect(url_for("scans.show", slug=slug, import_id=imports[0].id), 303)
    return redirect(url_for("scans.index", slug=slug), 303)


@blueprint.get("/<int:import_id>")
@requires(Permission.PROJECT_VIEW)
def show(slug: str, import_id: int) -> ResponseReturnValue:
    """Show what became of every result of one report."""
    line = scan_import(db_session(), project(), import_id)
    filters = FindingFilters(routed=request.args.get("routed", ""))
    page = finding_page(
        db_session(), project(), filters, page_number(), today=today(), import_id=line.id
    )
    return render_template(
        "scans/show.html",
        scan=line,
        job=job_view(db_session(), project(), line.job_id),
        page=page,
        groups=grouped(page.findings, twins(db_session(), project(), page.findings, today())),
        skipped=[
            (part["count"], Text.from_json(part["reason"]))
            for part in line.account.get("skipped_reasons", [])
        ],
        problems=[Text.from_json(part) for part in line.account.get("problems", [])],
    )


def _list() -> ResponseReturnValue:
    imports = scan_imports(db_session(), project())
    return render_template("scans/_list.html", imports=imports)
