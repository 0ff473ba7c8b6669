"""Scanner reports: taken in for a job to read, and the account of what became of every result."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, ClassVar

from apiflask import APIBlueprint
from flask import url_for
from pydantic import Field

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import Text, text
from checklist_app.queries.findings import ImportLine, scan_import, scan_imports
from checklist_app.scanners.table import check_format
from checklist_app.services import scans
from checklist_app.services.scans import TakenReport
from checklist_app.web.access import project, requires
from checklist_app.web.api.files import sent_files
from checklist_app.web.api.operations import Created, Operation, Upload
from checklist_app.web.api.paging import page, start_of
from checklist_app.web.api.reading import read_fields
from checklist_app.web.api.schemas import Input, Line, ListQuery, Output, Page
from checklist_app.web.filters import told
from checklist_app.web.transaction import db_session, resources

blueprint = APIBlueprint("scans", __name__, url_prefix="/projects/<slug>/scans")

MOST_FILES = 20


class ScanFields(Input):
    """What is said of the reports besides the files."""

    environment: Line = Field("", description=str(text("Branch or environment that was scanned.")))
    format: Line = Field(
        "", description=str(text("Key of the expected format; recognised when empty."))
    )


class SkippedResults(Output):
    """Results that were left out, and why."""

    count: int
    reason: str


class ImportAccount(Output):
    """What became of every result of a report; empty until its job is done."""

    read: int = 0
    findings: int = 0
    passes: int = 0
    suppressed: int = 0
    observations: int = 0
    skipped: int = 0
    merged: int = 0
    new: int = 0
    seen: int = 0
    reopened: int = 0
    gone: int = 0
    changed: int = 0
    unrouted: int = 0
    target: str = ""
    skipped_reasons: list[SkippedResults] = Field(default_factory=list)
    problems: list[str] = Field(default_factory=list)


class Scan(Output):
    """One imported scanner report."""

    worded: ClassVar[frozenset[str]] = frozenset({"account"})

    id: int
    tool: str
    tool_version: str
    format: str
    file_name: str
    sha256: str
    evidence_id: int
    imported_by: str
    created_at: datetime
    finished_at: datetime | None
    job_id: int
    job_state: str
    account: ImportAccount | None


class AcceptedScan(Output):
    """A report that was taken in, and the job that reads it."""

    id: int
    file_name: str
    sha256: str
    job_id: int


class AcceptedScans(Output):
    """The reports that were taken in; an archive holds several."""

    scans: list[AcceptedScan]


def take() -> tuple[tuple[ScanFields, list[TakenReport]], str]:
    """Store the reports of this request."""
    fields = read_fields(ScanFields)
    check_format(fields.format)
    store, config = resources().store, resources().config
    taken = [
        report
        for part in sent_files(MOST_FILES)
        for report in scans.take_reports(store, config, part.filename or "report", part.stream)
    ]
    told_apart = [fields.model_dump_json(), *(f"{one.name} {one.blob.sha256}" for one in taken)]
    return (fields, taken), hashlib.sha256("\n".join(told_apart).encode()).hexdigest()


@blueprint.get("")
@requires(Permission.SCAN_VIEW)
@Operation(
    text("List the imported scanner reports, the newest first"), query=ListQuery, answer=Page[Scan]
)
def index(slug: str, query: ListQuery) -> Page[Scan]:
    """List the scans."""
    lines = scan_imports(db_session(), project(), before=start_of(query), limit=query.limit + 1)
    return page(query, lines, _shown, lambda line: line.id)


@blueprint.post("")
@requires(Permission.SCAN_IMPORT)
@Operation(
    text("Import scanner reports; a job reads each"),
    body=Upload(ScanFields, take, MOST_FILES),
    answer=AcceptedScans,
    status=202,
    repeatable=True,
    refusals=(422,),
)
def upload(slug: str, body: tuple[ScanFields, list[TakenReport]]) -> Created:
    """Import scanner reports."""
    fields, taken = body
    ordered = [
        scans.import_report(
            db_session(),
            project(),
            resources().config,
            report,
            environment=fields.environment,
            named_format=fields.format,
        )
        for report in taken
    ]
    accepted = [
        AcceptedScan(id=row.id, file_name=report.name, sha256=report.blob.sha256, job_id=job.id)
        for report, (row, job) in zip(taken, ordered, strict=True)
    ]
    first = url_for("api.scans.show", slug=slug, import_id=accepted[0].id)
    return Created(AcceptedScans(scans=accepted), first)


@blueprint.get("/<int:import_id>")
@requires(Permission.SCAN_VIEW)
@Operation(text("Show a scan with the account of its results"), answer=Scan)
def show(slug: str, import_id: int) -> Scan:
    """Show a scan."""
    return _shown(scan_import(db_session(), project(), import_id))


def _shown(line: ImportLine) -> Scan:
    facts = {name: getattr(line, name) for name in Scan.model_fields if name != "account"}
    return Scan(**facts, account=_account(line.account) if line.account else None)


def _account(stored: dict[str, Any]) -> ImportAccount:
    counted = {name: stored[name] for name in ImportAccount.model_fields if name in stored}
    counted["skipped_reasons"] = [
        SkippedResults(count=part["count"], reason=told(Text.from_json(part["reason"])))
        for part in stored.get("skipped_reasons", [])
    ]
    counted["problems"] = [told(Text.from_json(part)) for part in stored.get("problems", [])]
    return ImportAccount(**counted)
