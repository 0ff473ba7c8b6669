"""The named jobs: each reads, works outside any transaction, and takes effect in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.domain.scan_stream import Scan
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import JobKind
from checklist_app.jobs.mail import send_mail
from checklist_app.jobs.report import build_report
from checklist_app.jobs.running import RunningJob
from checklist_app.jobs.transactions import in_transaction, reading
from checklist_app.jobs.webhook import send_webhook, watch_gate
from checklist_app.models import Project
from checklist_app.scanners.confined import PARSE_LIMITS, read_confined
from checklist_app.services import general_corrections, jobs, scan_repeats, scans
from checklist_app.services.scan_merging import apply_scan

Handler = Callable[[RunningJob], None]


def import_scan(running: RunningJob) -> None:
    """Read a scanner report and merge what it says into the project.

    One that was imported before is not read where that could change nothing.
    """
    resources = running.resources
    scan_import_id = int(running.claim.payload["scan_import_id"])
    with reading(resources) as session:
        ordered, sha256 = scans.report_to_read(session, scan_import_id)
        named = ordered.named_format
        may_be_repeated = scan_repeats.may_be_repeated(session, ordered)

    def repeat(session: Session) -> bool:
        scan_import, _ = scans.report_to_read(session, scan_import_id)
        if not scan_repeats.repeat(session, scan_import):
            return False
        read = scan_import.account["read"]
        jobs.report_progress(session, running.claim, read, read)
        jobs.finish(session, running.claim, _told(scan_import.account))
        return True

    def merge(session: Session, scan: Scan) -> None:
        scan_import, _ = scans.report_to_read(session, scan_import_id)
        account = apply_scan(session, scan_import, scan, go_on=running.go_on)
        jobs.finish(session, running.claim, _told(account))

    if may_be_repeated and in_transaction(resources, repeat):
        return
    with read_confined(
        resources.store.path(sha256),
        limits=replace(PARSE_LIMITS, memory_mb=resources.config.sandbox_memory_mb),
        cancelled=running.is_cancelled,
        on_progress=running.progress,
        named=named,
    ) as scan:
        in_transaction(resources, lambda session: merge(session, scan))


def _told(account: Mapping[str, Any]) -> Text:
    return text(
        "%(read)s results read: %(new)s new findings, %(seen)s known before, "
        "%(merged)s merged, %(unrouted)s without a requirement.",
        **{name: account[name] for name in ("read", "new", "seen", "merged", "unrouted")},
    )


def follow_route(running: RunningJob) -> None:
    """Bring a project's suggestions in line with a correction that holds for everybody."""
    claim = running.claim

    def follow(session: Session) -> None:
        project = session.get_one(Project, claim.project_id)
        tool, rule_id = str(claim.payload["tool"]), str(claim.payload["rule_id"])
        general_corrections.follow_in_project(session, project, tool, rule_id)
        jobs.finish(session, claim, text("The suggestions follow the corrected route."))

    in_transaction(running.resources, follow)


HANDLERS: Mapping[JobKind, Handler] = MappingProxyType(
    {
        JobKind.IMPORT_SCAN: import_scan,
        JobKind.BUILD_REPORT: build_report,
        JobKind.FOLLOW_ROUTE: follow_route,
        JobKind.SEND_MAIL: send_mail,
        JobKind.SEND_WEBHOOK: send_webhook,
        JobKind.WATCH_GATE: watch_gate,
    }
)
"""What each kind of job does."""
