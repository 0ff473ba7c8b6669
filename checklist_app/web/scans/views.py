"""Importing scanner reports."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

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
from checklist_app.services.scans import RefusedFile
from checklist_app.web.access import project, requires, wants_fragment
from checklist_app.web.filters import told
from checklist_app.web.forms import form_text, page_number
from checklist_app.web.messages import warn
from checklist_app.web.transaction import db_session, resources

blueprint = Blueprint("scans", __name__, url_prefix="/projects/<slug>/scans")

MOST_FILES = 20
MOST_NAMED = 6
LONGEST_NAME = 60


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
    config = resources().config
    files = [(part.filename or "report", part.stream) for part in uploads]
    taken, refused = scans.take_each(resources().store, config, files)
    imports, without_room = scans.import_each(
        db_session(),
        project(),
        config,
        taken,
        environment=form_text("environment"),
        named_format=named,
    )
    refused += without_room
    if refused and (wants_fragment() or not imports):
        raise refused[0].error if len(refused) == 1 else InvalidInput(_named(refused))
    if wants_fragment():
        return _list()
    for reason in _by_reason(refused):
        warn(reason)
    if len(imports) == 1 and not refused:
        return redirect(url_for("scans.show", slug=slug, import_id=imports[0].id), 303)
    return redirect(url_for("scans.index", slug=slug), 303)


def _named(refused: Iterable[RefusedFile]) -> Text:
    return text("No file was taken in. %(reasons)s", reasons=" ".join(_by_reason(refused)))


def _by_reason(refused: Iterable[RefusedFile]) -> list[str]:
    """Return why files were not taken in, with their names, each reason once.

    They travel in a cookie, so only some names of a reason are told.
    """
    names: dict[str, list[str]] = {}
    for file in refused:
        names.setdefault(told(file.error.text), []).append(file.name[:LONGEST_NAME])
    return [
        ngettext(
            "Not taken in: %(names)s. %(reason)s",
            "%(num)s files not taken in: %(names)s. %(reason)s",
            len(found),
            names=", ".join(found[:MOST_NAMED]) + ("…" if len(found) > MOST_NAMED else ""),
            reason=reason,
        )
        for reason, found in names.items()
    ]


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
