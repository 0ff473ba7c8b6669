"""Background work: how far it is, cancel, retry."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from apiflask import APIBlueprint

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.queries.jobs import JobView, job_view, jobs_before
from checklist_app.services import jobs
from checklist_app.web.access import project, requires
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.paging import page, start_of
from checklist_app.web.api.schemas import ListQuery, Output, Page
from checklist_app.web.filters import told
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("jobs", __name__, url_prefix="/projects/<slug>/jobs")


class Job(Output):
    """A background job. ``total`` is 0 while nobody knows how much there is to do."""

    worded: ClassVar[frozenset[str]] = frozenset({"message"})

    id: int
    kind: JobKind
    state: JobState
    progress: int
    total: int
    message: str
    attempts: int
    cancel_requested: bool
    created_at: datetime
    finished_at: datetime | None
    scan_import_id: int | None
    report_number: int | None


class JobQuery(ListQuery):
    """Which jobs are wanted."""

    state: JobState | None = None


def shown_job(slug: str, job_id: int) -> Job:
    """Return a job of the project."""
    return _shown(job_view(db_session(), project(), job_id))


def _shown(view: JobView) -> Job:
    facts = {name: getattr(view, name) for name in Job.model_fields if name != "message"}
    return Job(**facts, message=told(view.message) if view.message else "")


@blueprint.get("")
@requires(Permission.SCAN_VIEW)
@Operation(text("List the newest jobs of a project"), query=JobQuery, answer=Page[Job])
def index(slug: str, query: JobQuery) -> Page[Job]:
    """List the jobs."""
    views = jobs_before(db_session(), project(), query.state, start_of(query), query.limit + 1)
    return page(query, views, _shown, lambda view: view.id)


@blueprint.get("/<int:job_id>")
@requires(Permission.SCAN_VIEW)
@Operation(text("Show how far a job is"), answer=Job)
def show(slug: str, job_id: int) -> Job:
    """Show a job."""
    return shown_job(slug, job_id)


@blueprint.post("/<int:job_id>/cancel")
@requires(Permission.JOB_MANAGE_OWN)
@Operation(text("Ask a job to stop"), answer=Job, existing=shown_job, refusals=(409,))
def cancel(slug: str, job_id: int) -> Job:
    """Cancel a job."""
    jobs.request_cancel(db_session(), project(), job_id)
    db_session().flush()
    return shown_job(slug, job_id)


@blueprint.post("/<int:job_id>/retry")
@requires(Permission.JOB_MANAGE_OWN)
@Operation(text("Queue a job once more"), answer=Job, existing=shown_job, refusals=(409,))
def retry(slug: str, job_id: int) -> Job:
    """Retry a job."""
    jobs.retry(db_session(), project(), job_id)
    db_session().flush()
    return shown_job(slug, job_id)
