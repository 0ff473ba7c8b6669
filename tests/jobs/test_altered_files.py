"""A job that meets a stored file that is not what was uploaded: it ends, and alarm is raised."""

from __future__ import annotations

from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.vocabulary import JobState
from checklist_app.jobs.transactions import reading
from checklist_app.jobs.worker import work_until_over
from checklist_app.models import Alert, SecurityEvent
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports
from tests.cast import Cast
from tests.jobs.scan_files import sarif


def test_an_altered_file_stops_the_job_and_raises_an_alert(
    resources: Resources, session: Session, cast: Cast
) -> None:
    (taken,) = take_reports(resources.store, resources.config, "a.sarif", BytesIO(sarif(4)))
    _, job = import_report(session, cast.access("carla"), resources.config, taken)
    session.commit()
    (stored,) = resources.config.blob_dir.glob("??/*")
    stored.write_bytes(sarif(3))

    assert work_until_over(resources, job.id) is JobState.FAILED

    altered = SecurityEvent.kind == SecurityKind.FILE_ALTERED
    with reading(resources) as other:
        told = other.scalars(select(SecurityEvent.subject).where(altered)).all()
        assert told == [f"job {job.id}"]
        assert len(other.scalars(select(Alert)).all()) == 1
