"""A project with one of everything, for tests that look at every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from sqlalchemy.orm import Session

from checklist_app.domain.findings import Location, ParsedFinding, ParsedScan
from checklist_app.domain.vocabulary import Language, Outcome, Severity, TriageKind
from checklist_app.models import Checklist, Finding, Job, Report, ScanImport, TriageAction
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.services import (
    evidence,
    jobs,
    remediation,
    reports,
    scans,
    triage,
    triage_undo,
    uploads,
    verdicts,
    webhooks,
)
from checklist_app.services.clock import today
from checklist_app.services.resources import Resources
from checklist_app.services.scan_merging import apply_scan
from checklist_app.services.triage import Selection, Terms
from tests.cast import Cast, item, make_checklist

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc33000000"
    "0049454e44ae426082"
)


@dataclass(frozen=True)
class Stage:
    """Where things are."""

    checklist: Checklist
    evidence_id: int
    scan_import: ScanImport
    finding_id: int
    report: Report
    job: Job
    action_id: int
    hook_id: int
    system_hook_id: int


def scan(*findings: ParsedFinding) -> ParsedScan:
    return ParsedScan(
        format="sarif",
        tool="Sniffer",
        tool_version="1.0",
        target="src",
        started_at=None,
        results=findings,
        results_read=len(findings),
    )


def finding(rule: str = "sql-injection", *cwes: int, path: str = "app/db.py") -> ParsedFinding:
    return ParsedFinding(
        tool="Sniffer",
        rule_id=rule,
        title=f"Found by {rule}",
        description="A query is put together from what the user sent.",
        severity=Severity.HIGH,
        cwes=cwes or (89,),
        tags=(),
        locations=(Location(path, 12),),
        fingerprint=f"{hash((rule, path)) & (2**64 - 1):064x}",
    )


def set_stage(session: Session, resources: Resources, cast: Cast) -> Stage:
    """Put one of everything into the cast's project; the caller commits."""
    alice, config, store = cast.access("alice"), resources.config, resources.store
    checklist = make_checklist(session, alice)
    first = item(session, alice, checklist, "IN-01")
    taken = uploads.TakenFile(
        "captura.png", "image/png", blob := store.put(BytesIO(PNG), limit=10_000), blob
    )
    files = evidence.attach_files(session, alice, config, first, [taken])
    evidence.attach_link(session, alice, first, url="https://example.org/ci", title="CI")
    evidence.attach_note(session, alice, first, note="Seen **twice**", title="Note")
    (report_file,) = scans.take_reports(store, config, "scan.sarif", BytesIO(b"{}"))
    scan_import, job = scans.import_report(session, alice, config, report_file)
    apply_scan(session, scan_import, scan(finding(), finding("unknown", 4242)))
    for identifier, outcome in (("IN-01", Outcome.FAIL), ("IN-02", Outcome.PARTIAL)):
        opened = item(session, alice, checklist, identifier)
        verdicts.record_verdict(
            session,
            opened,
            outcome=outcome,
            rationale="Concatenated *here*",
            row_version=opened.item.row_version,
        )
    remediation.plan_remediation(
        session,
        first,
        plan="Bind the parameters",
        owner_id=cast.carla.user_id,
        due_on=today() - timedelta(days=1),
        row_version=0,
    )
    remediation.grant_waiver(
        session,
        item(session, alice, checklist, "IN-02"),
        justification="Behind the gateway",
        expires_on=today() + timedelta(days=30),
    )
    action = mark_and_take_back(session, alice, "Seen in *tests* only")
    report, _ = reports.request_report(session, alice, config, store, checklist, Language.ES)
    found = session.query(Finding).filter_by(rule_id="sql-injection").one()
    return Stage(
        checklist,
        files[0].id,
        scan_import,
        found.id,
        report,
        jobs.open_job(session, alice, job.id),
        action.id,
        *add_webhooks(session, resources, cast),
    )


def add_webhooks(session: Session, resources: Resources, cast: Cast) -> tuple[int, int]:
    """Add a webhook of the project and one of the organisation; return their keys."""
    places = (
        (webhooks.of_project(cast.access("alice")), "verdict"),
        (webhooks.of_organisation(cast.ada), "security_alert"),
    )
    ours, theirs = (
        webhooks.add_webhook(
            session,
            resources.config,
            place,
            webhooks.HookTerms("https://hooks.example.org/stage", [event]),
        )[0].id
        for place, event in places
    )
    return ours, theirs


def mark_and_take_back(session: Session, access: ProjectAccess, reason: str) -> TriageAction:
    """Mark every finding as a false positive and undo it, so that all count as before."""
    kind, everything = TriageKind.FALSE_POSITIVE, Selection(None, FindingFilters())
    digest = triage.preview_action(session, access, kind, everything).digest
    action = triage.act(session, access, kind, everything, Terms(reason=reason), previewed=digest)
    triage_undo.undo_action(session, access, action.id)
    return action
