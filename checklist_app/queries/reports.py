"""Reports of a project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.vocabulary import ChecklistStatus, JobState, Language
from checklist_app.models import Blob, Checklist, Job, Report, User
from checklist_app.queries.access import ProjectAccess


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report; ``pdf_sha256`` is empty until its job is done. ``size`` is in bytes."""

    number: int
    title: str
    language: Language
    checklist_number: int
    is_draft: bool
    pdf_sha256: str
    unsigned_sha256: str
    snapshot_sha256: str
    size: int
    pages: int
    signer: str
    signed_at: datetime | None
    created_by: str
    created_at: datetime
    job_id: int
    job_state: JobState

    @property
    def is_ready(self) -> bool:
        """Whether the PDF can be downloaded."""
        return bool(self.pdf_sha256)


def report_lines(session: Session, access: ProjectAccess) -> list[ReportLine]:
    """Return the reports of a project, newest first."""
    rows = session.execute(
        select(Report, Checklist, User.name, Job, Blob.size)
        .join(Checklist, Checklist.id == Report.checklist_id)
        .join(User, User.id == Report.created_by_id)
        .join(Job, Job.id == Report.job_id)
        .outerjoin(Blob, Blob.sha256 == Report.pdf_sha256)
        .where(Report.project_id == access.project.id)
        .order_by(Report.number.desc())
    )
    return [
        ReportLine(
            number=report.number,
            title=checklist.name,
            language=report.language,
            checklist_number=checklist.number,
            is_draft=checklist.status is not ChecklistStatus.SIGNED_OFF,
            pdf_sha256=report.pdf_sha256 or "",
            unsigned_sha256=report.unsigned_sha256 or "",
            snapshot_sha256=report.snapshot_sha256,
            size=size or 0,
            pages=report.pages,
            signer=report.signer,
            signed_at=report.signed_at,
            created_by=name,
            created_at=report.created_at,
            job_id=job.id,
            job_state=job.state,
        )
        for report, checklist, name, job, size in rows
    ]


def report_line(session: Session, access: ProjectAccess, number: int) -> ReportLine:
    """Return one report of a project, or raise NotFound."""
    for line in report_lines(session, access):
        if line.number == number:
            return line
    raise NotFound
