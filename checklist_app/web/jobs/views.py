"""Background work: progress, cancel, retry."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import JobState
from checklist_app.queries.jobs import JobView, job_view
from checklist_app.services import jobs
from checklist_app.web.access import project, requires
from checklist_app.web.filters import told
from checklist_app.web.transaction import db_session

blueprint = Blueprint("jobs", __name__, url_prefix="/projects/<slug>/jobs")


@blueprint.get("/<int:job_id>")
@requires(Permission.PROJECT_VIEW)
def show(slug: str, job_id: int) -> ResponseReturnValue:
    """Show how far a job is, as a page or as JSON for our script."""
    job = job_view(db_session(), project(), job_id)
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html":
        return render_template("jobs/show.html", job=job, target=_target(slug, job))
    return _json(slug, job)


@blueprint.post("/<int:job_id>/cancel")
@requires(Permission.JOB_MANAGE_OWN)
def cancel(slug: str, job_id: int) -> ResponseReturnValue:
    """Ask a job to stop."""
    jobs.request_cancel(db_session(), project(), job_id)
    return redirect(url_for("jobs.show", slug=slug, job_id=job_id), 303)


@blueprint.post("/<int:job_id>/retry")
@requires(Permission.JOB_MANAGE_OWN)
def retry(slug: str, job_id: int) -> ResponseReturnValue:
    """Queue a job once more."""
    jobs.retry(db_session(), project(), job_id)
    return redirect(url_for("jobs.show", slug=slug, job_id=job_id), 303)


def _json(slug: str, job: JobView) -> Response:
    state: dict[str, Any] = {
        "state": job.state.value,
        "progress": job.percent,
        "message": told(job.message) if job.message else "",
        "done": job.state.is_over,
        "url": _target(slug, job) if job.state is JobState.DONE else None,
    }
    body = json.dumps(state)
    answer = Response(body, mimetype="application/json")
    answer.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    answer.headers["Cache-Control"] = "no-store"
    answer.make_conditional(request)
    return answer


def _target(slug: str, job: JobView) -> str:
    if job.scan_import_id is not None:
        return url_for("scans.show", slug=slug, import_id=job.scan_import_id)
    if job.report_number is not None:
        return url_for("reports.show", slug=slug, number=job.report_number)
    return url_for("projects.show", slug=slug)
