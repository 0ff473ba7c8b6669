"""Reports: ordered with a frozen snapshot, built by a job, recognised again by their bytes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.blob_store import BlobStore, StoredBlob
from checklist_app.config import Config
from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.snapshot import ReportSnapshot
from checklist_app.domain.vocabulary import JobKind, Language
from checklist_app.models import Checklist, Job, Project, Report
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.snapshot import Edition, build_snapshot
from checklist_app.services import audit, jobs
from checklist_app.services.clock import now
from checklist_app.services.evidence import note_blob
from checklist_app.services.set_aside import set_aside_by_item

if TYPE_CHECKING:
    from checklist_app.reports.pipeline import BuiltReport

PUBLIC_ID_BYTES = 9


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """What may be told of a report to whoever holds its bytes: nothing that is not in them."""

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


def request_report(
    session: Session,
    access: ProjectAccess,
    config: Config,
    store: BlobStore,
    checklist: Checklist,
    language: Language,
) -> tuple[Report, Job]:
    """Freeze what a checklist says now and queue the job that makes a signed PDF of it.

    ``checklist`` is one of the project; an open one gives a draft, which its cover says.
    """
    access.require(Permission.REPORT_CREATE)
    edition = Edition(
        number=_next_number(session, access),
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        language=language,
        generated_at=now().replace(microsecond=0),
    )
    session.flush()
    aside = set_aside_by_item(session, access.project, checklist, edition.generated_at.date())
    snapshot = build_snapshot(session, access, config, checklist, edition, aside).to_json()
    blob = store.put(BytesIO(snapshot), limit=len(snapshot))
    report = Report(
        project_id=access.project.id,
        checklist_id=checklist.id,
        number=edition.number,
        language=language,
        snapshot_sha256=note_blob(session, blob),
        created_by_id=access.actor.user_id,
        created_at=now(),
    )
    session.add(report)
    session.flush()
    job = jobs.enqueue(
        session,
        access.actor,
        access.project.id,
        JobKind.BUILD_REPORT,
        {"report_id": report.id},
    )
    report.job_id = job.id
    audit.record(
        session,
        access.actor,
        "project:report:request",
        str(report.number),
        project_id=access.project.id,
        checklist=checklist.number,
        snapshot_sha256=blob.sha256,
    )
    return report, job


def report_to_build(session: Session, report_id: int) -> Report:
    """Return a report whose PDF is to be made."""
    report = session.get(Report, report_id)
    if report is None:
        raise NotFound
    return report


def read_snapshot(store: BlobStore, report: Report) -> ReportSnapshot:
    """Return the stored snapshot of a report."""
    return ReportSnapshot.from_json(store.path(report.snapshot_sha256).read_bytes())


def complete_report(session: Session, report: Report, built: BuiltReport, pdf: StoredBlob) -> None:
    """Remember the finished PDF; it is an issued report from the caller's commit on."""
    report.pdf_sha256 = note_blob(session, pdf)
    report.unsigned_sha256 = built.unsigned_sha256
    report.pages = built.pages
    report.signer = built.signer[:255]
    report.signed_at = built.signed_at
    session.flush()
    audit.record(
        session,
        None,
        "project:report:issue",
        str(report.number),
        project_id=report.project_id,
        pdf_sha256=pdf.sha256,
        unsigned_sha256=built.unsigned_sha256,
        certificate_sha256=built.certificate_sha256,
    )


def open_report(session: Session, access: ProjectAccess, number: int) -> Report:
    """Load a report through its project, or raise NotFound."""
    report = session.scalar(
        select(Report).where(Report.project_id == access.project.id, Report.number == number)
    )
    if report is None:
        raise NotFound
    return report


def find_issued(session: Session, store: BlobStore, sha256: str) -> IssuedReport | None:
    """Return the report whose very bytes have this SHA-256, if this system issued it."""
    report = session.scalar(
        select(Report).where(Report.pdf_sha256 == sha256).order_by(Report.id).limit(1)
    )
    if report is None:
        return None
    snapshot = read_snapshot(store, report)
    standard = snapshot.checklist.standard
    return IssuedReport(
        number=report.number,
        public_id=snapshot.public_id,
        organisation=snapshot.organisation,
        project=snapshot.project.name,
        checklist=snapshot.checklist.name,
        standard=f"{standard.name} {standard.version}",
        language=report.language,
        is_draft=snapshot.signer is None,
        pages=report.pages,
        signer=report.signer,
        signed_at=report.signed_at,
    )


def _next_number(session: Session, access: ProjectAccess) -> int:
    # The project's row is the queue in which two requests for the next number stand.
    session.execute(select(Project.id).where(Project.id == access.project.id).with_for_update())
    return session.scalars(
        select(func.coalesce(func.max(Report.number), 0) + 1).where(
            Report.project_id == access.project.id
        )
    ).one()
