"""The job that turns a frozen snapshot into a signed PDF."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from sqlalchemy.orm import Session

from checklist_app.domain.text import text
from checklist_app.jobs.running import RunningJob
from checklist_app.jobs.transactions import in_transaction, reading
from checklist_app.reports.pipeline import build_report as build_pdf
from checklist_app.reports.render import DEFAULT_LIMITS
from checklist_app.services import jobs, reports
from checklist_app.services.signing import signing_identity


def build_report(running: RunningJob) -> None:
    """Make the PDF of a report's snapshot, store it, and issue it."""
    resources = running.resources
    config = resources.config
    report_id = int(running.claim.payload["report_id"])
    with reading(resources) as session:
        snapshot = reports.read_snapshot(
            resources.store, reports.report_to_build(session, report_id)
        )
    built = build_pdf(
        snapshot,
        resources.store.path,
        signing_identity(config),
        timestamp_url=config.timestamp_url or None,
        limits=replace(DEFAULT_LIMITS, memory_mb=config.render_memory_mb),
        cancelled=running.is_cancelled,
        on_progress=running.progress,
    )
    blob = resources.store.put(BytesIO(built.pdf), limit=len(built.pdf))

    def issue(session: Session) -> None:
        report = reports.report_to_build(session, report_id)
        reports.complete_report(session, report, built, blob)
        message = text("Signed report. Pages: %(pages)s.", pages=built.pages)
        jobs.finish(session, running.claim, message)

    in_transaction(resources, issue)
