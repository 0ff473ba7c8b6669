"""Jobs whose end somebody waits for: ordered, done in this process if need be, and judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import JobFailed
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import JobState, Language
from checklist_app.jobs.transactions import in_transaction, reading
from checklist_app.jobs.worker import work_until_over
from checklist_app.models import Job, Report, ScanImport
from checklist_app.queries.access import open_checklist, open_project
from checklist_app.scanners.table import check_format
from checklist_app.services.reports import request_report
from checklist_app.services.resources import Resources
from checklist_app.services.scans import TakenReport, import_report, take_reports


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A scanner report that was taken in, with the account of its results."""

    name: str
    format: str
    tool: str
    account: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What whoever imports a report says of it: see ``scans.import_report``."""

    environment: str = ""
    named_format: str = ""


def import_file(
    resources: Resources, actor: Actor, slug: str, path: Path, said: Said = Said()
) -> list[ImportedFile]:
    """Import a scanner report, or those in an archive, into a project and wait for the end.

    Args:
        resources: of this process.
        actor: who imports it.
        slug: of the project.
        path: the report.
        said: of every report in the file.

    Raises:
        InvalidInput: there is no format of that name; nothing was stored.
        JobFailed: it could not be read; the message names the file and the reason.
        OSError: the file cannot be opened.
    """
    check_format(said.named_format)
    with path.open("rb") as source:
        taken = take_reports(resources.store, resources.config, path.name, source)
    return [_import(resources, actor, slug, report, said) for report in taken]


def _import(
    resources: Resources, actor: Actor, slug: str, taken: TakenReport, said: Said
) -> ImportedFile:
    def order(session: Session) -> tuple[int, int]:
        access = open_project(session, actor, slug)
        scan_import, job = import_report(
            session,
            access,
            resources.config,
            taken,
            environment=said.environment,
            named_format=said.named_format,
        )
        return scan_import.id, job.id

    scan_import_id, job_id = in_transaction(resources, order)
    _wait(resources, job_id, taken.name)
    with reading(resources) as session:
        done = session.get_one(ScanImport, scan_import_id)
        return ImportedFile(taken.name, done.format, done.tool, done.account)


def issue_report(
    resources: Resources, actor: Actor, slug: str, checklist_number: int, language: Language
) -> Report:
    """Order the signed report of a checklist and wait for it.

    Raises:
        JobFailed: it could not be made; the message says why.
    """

    def order(session: Session) -> tuple[int, int]:
        access = open_project(session, actor, slug)
        checklist = open_checklist(session, access, checklist_number)
        report, job = request_report(
            session, access, resources.config, resources.store, checklist, language
        )
        return report.id, job.id

    report_id, job_id = in_transaction(resources, order)
    _wait(resources, job_id, "PDF")
    with reading(resources) as session:
        return session.get_one(Report, report_id)


def _wait(resources: Resources, job_id: int, name: str) -> None:
    state = work_until_over(resources, job_id)
    if state is JobState.DONE:
        return
    with reading(resources) as session:
        stored = session.get_one(Job, job_id).message
    reason = Text.from_json(stored) if stored else text("No reason was given.")
    raise JobNotDone(name, reason)


class JobNotDone(JobFailed):
    """A job that was waited for ended without its effect.

    Attributes:
        name: what it was about, such as the name of a file; the message is the reason alone.
    """

    def __init__(self, name: str, reason: Text) -> None:
        super().__init__(reason)
        self.name = name
