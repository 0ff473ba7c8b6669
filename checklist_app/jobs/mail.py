"""Sending one mail: put into words with a fresh link, handed over, and forgotten."""

from __future__ import annotations

from sqlalchemy.orm import Session

from checklist_app.domain.text import text
from checklist_app.jobs.running import RunningJob
from checklist_app.jobs.transactions import in_transaction
from checklist_app.mail.delivery import deliver
from checklist_app.mail.message import as_message
from checklist_app.services import jobs, outbox


def send_mail(running: RunningJob) -> None:
    """Send what the job says; a recipient that is no more is no fault."""
    resources, claimed = running.resources, running.claim
    config = resources.config
    mail = in_transaction(
        resources, lambda session: outbox.prepare(session, config, claimed.payload)
    )
    if mail is not None:
        deliver(config, as_message(config, mail))

    def end(session: Session) -> None:
        jobs.finish(session, claimed, text("Done."))
        outbox.forget(session, claimed.job_id)

    in_transaction(resources, end)
