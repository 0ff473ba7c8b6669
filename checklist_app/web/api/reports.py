"""Signed reports: ordered, followed, downloaded, checked."""

from __future__ import annotations

from datetime import datetime
from typing import IO, ClassVar

from apiflask import APIBlueprint
from flask import Response, url_for

from checklist_app.domain.errors import Conflict
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import JobState, Language
from checklist_app.queries.access import open_checklist
from checklist_app.queries.reports import report_line, report_lines
from checklist_app.reports.verify import Authenticity
from checklist_app.services import reports
from checklist_app.web.access import project, public, requires
from checklist_app.web.api.files import attachment, sent_files
from checklist_app.web.api.operations import Created, Operation, Upload
from checklist_app.web.api.paging import cut
from checklist_app.web.api.reading import read_fields
from checklist_app.web.api.schemas import Input, Key, ListQuery, Output, Page, QueryKey
from checklist_app.web.extensions import limiter
from checklist_app.web.filters import told
from checklist_app.web.public_check import check_handed_in
from checklist_app.web.transaction import db_session, resources

blueprint = APIBlueprint("reports", __name__)

PDF = "application/pdf"
IN_PROJECT = "/projects/<slug>/reports"


class Report(Output):
    """A report; ``pdf_sha256`` is empty until its job is done. ``size`` is in bytes."""

    number: int
    title: str
    language: Language
    checklist_number: int
    is_draft: bool
    is_ready: bool
    pdf_sha256: str
    snapshot_sha256: str
    size: int
    pages: int
    signer: str
    signed_at: datetime | None
    created_by: str
    created_at: datetime
    job_id: int
    job_state: JobState


class NewReport(Input):
    """What is to be reported; the project's language when none is named."""

    checklist_number: Key
    language: Language | None = None


class SignedReport(Input):
    """Nothing is said besides the file."""


class Issued(Output):
    """The report as it was issued here."""

    number: int
    public_id: str
    organisation: str
    project: str
    checklist: str
    standard: str
    language: Language
    is_draft: bool
    pages: int
    signer: str
    signed_at: datetime | None


class Judgement(Output):
    """What can be said of a PDF: only ``valid`` is good news."""

    worded: ClassVar[frozenset[str]] = frozenset({"reasons"})

    verdict: Authenticity
    is_valid: bool
    sha256: str
    reasons: list[str]
    signer: str
    signed_at: datetime | None
    timestamped_at: datetime | None
    covers_entire_file: bool
    changes_forbidden: bool
    issued_here: bool | None
    issued: Issued | None


class ReportQuery(ListQuery):
    """Which reports are wanted."""

    checklist_number: QueryKey | None = None


def take() -> tuple[IO[bytes], str]:
    """Return the one file of this request."""
    read_fields(SignedReport)
    (part,) = sent_files(1)
    return part.stream, ""


def shown(slug: str, number: int) -> Report:
    """Return a report of the project."""
    return Report.model_validate(report_line(db_session(), project(), number))


@blueprint.get(IN_PROJECT)
@requires(Permission.REPORT_VIEW)
@Operation(text("List the reports of a project"), query=ReportQuery, answer=Page[Report])
def index(slug: str, query: ReportQuery) -> Page[Report]:
    """List the reports."""
    lines = [
        line
        for line in report_lines(db_session(), project())
        if query.checklist_number in (None, line.checklist_number)
    ]
    return cut(query, lines, Report.model_validate, "number")


@blueprint.post(IN_PROJECT)
@requires(Permission.REPORT_CREATE)
@Operation(
    text("Order the signed report of a checklist; a job builds it"),
    body=NewReport,
    answer=Report,
    status=202,
    repeatable=True,
)
def order(slug: str, body: NewReport) -> Created:
    """Order a report."""
    checklist = open_checklist(db_session(), project(), body.checklist_number)
    report, _ = reports.request_report(
        db_session(),
        project(),
        resources().config,
        resources().store,
        checklist,
        body.language or project().project.language,
    )
    address = url_for("api.reports.show", slug=slug, number=report.number)
    return Created(shown(slug, report.number), address)


@blueprint.get(IN_PROJECT + "/<int:number>")
@requires(Permission.REPORT_VIEW)
@Operation(text("Show a report"), answer=Report)
def show(slug: str, number: int) -> Report:
    """Show a report."""
    return shown(slug, number)


@blueprint.get(IN_PROJECT + "/<int:number>/pdf")
@requires(Permission.REPORT_VIEW)
@Operation(text("Download the signed PDF of a report"), produces=PDF, refusals=(409,))
def download(slug: str, number: int) -> Response:
    """Hand out the signed PDF."""
    line = report_line(db_session(), project(), number)
    if not line.is_ready:
        raise Conflict(text("This report is not ready yet."))
    return attachment(line.pdf_sha256, PDF, f"{slug}-{number}-{line.language}.pdf")


@blueprint.post("/verify")
@public
@limiter.limit("30 per 10 minutes")
@Operation(
    text("Check a report that one holds: its signature, its bytes, our register"),
    body=Upload(SignedReport, take, 1),
    answer=Judgement,
)
def verify(body: IO[bytes]) -> Judgement:
    """Check a PDF, whoever asks."""
    checked = check_handed_in(body)
    found = checked.verification
    wanted = set(Judgement.model_fields) - {"reasons", "issued"}
    return Judgement.model_validate(
        {
            **{name: getattr(found, name) for name in wanted},
            "reasons": [told(reason) for reason in found.reasons],
            "issued": checked.issued,
        }
    )
