"""Scanner reports: kept as evidence, read by a job, merged into the project's findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any, TypeVar

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from checklist_app.blob_store import MEGABYTE, BlobStore, StoredBlob
from checklist_app.config import Config
from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.findings import (
    FindingState,
    ParsedFinding,
    ParsedScan,
    clean,
    keys_of,
    routing_keys,
)
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import EvidenceKind, FindingStatus, JobKind, MappingKind
from checklist_app.models import Evidence, Finding, Job, Project, ScanImport
from checklist_app.queries.access import ProjectAccess
from checklist_app.scanners.archives import is_archive, unpacked
from checklist_app.scanners.base import MAX_REPORT_BYTES
from checklist_app.scanners.table import check_format
from checklist_app.services import audit, jobs, scan_scopes, suggestions
from checklist_app.services.clock import now
from checklist_app.services.corrected_routes import LedRules, rules_led_somewhere
from checklist_app.services.evidence import check_quota, keep_evidence, note_blob
from checklist_app.services.routing import routed_keys
from checklist_app.services.scan_scopes import note_sightings, open_scope
from checklist_app.services.uploads import clean_name

BATCH = 1000
LONGEST_ENVIRONMENT = 120
_Row = TypeVar("_Row")
STATUSES = {
    FindingState.OPEN: FindingStatus.OPEN,
    FindingState.NEEDS_REVIEW: FindingStatus.OPEN,
    FindingState.SUPPRESSED: FindingStatus.SUPPRESSED,
}
COMPARED = (
    "title",
    "description",
    "severity",
    "status",
    "cwes",
    "tags",
    "locations",
    "occurrences",
    "cvss",
    "epss",
    "snippet",
)


@dataclass(frozen=True, slots=True)
class TakenReport:
    """A scanner report whose bytes are stored and nobody's evidence yet."""

    name: str
    blob: StoredBlob


def take_reports(
    store: BlobStore, config: Config, name: str, source: IO[bytes]
) -> list[TakenReport]:
    """Store a scanner report, or those in an archive, one by one; touches no database.

    Raises:
        InvalidInput: the file is empty.
        TooLarge: it is larger than an upload may be.
        UnreadableReport: it is an archive that cannot be unpacked safely.
    """
    blob = store.put(source, limit=config.max_upload_mb * MEGABYTE)
    if not blob.size:
        raise InvalidInput(text("The file is empty."), field="files")
    path = store.path(blob.sha256)
    with path.open("rb") as stored:
        is_packed = is_archive(stored.read(4))
    if not is_packed:
        return [TakenReport(clean_name(name), blob)]
    taken = []
    with unpacked(path) as members:
        for member in members:
            with member.path.open("rb") as unpacked_file:
                inner = store.put(unpacked_file, limit=MAX_REPORT_BYTES)
            called = member.name or name.removesuffix(".gz")
            taken.append(TakenReport(clean_name(called), inner))
    return taken


def import_report(
    session: Session,
    access: ProjectAccess,
    config: Config,
    taken: TakenReport,
    *,
    environment: str = "",
    named_format: str = "",
) -> tuple[ScanImport, Job]:
    """Keep a report as evidence and queue the job that reads it.

    Args:
        session: the transaction of the caller.
        access: who imports it into which project.
        config: for the quota of the project.
        taken: the stored file.
        environment: the branch or environment that was scanned, in the words of the project; with
            the tool and its target it tells which earlier report this one follows.
        named_format: key of the format that the person says it has; empty leaves it to the content.

    Raises:
        InvalidInput: there is no such format.
    """
    access.require(Permission.SCAN_IMPORT)
    check_format(named_format)
    evidence = _known_report(session, access, taken)
    if evidence is None:
        check_quota(session, access, config, taken.blob.size)
        evidence = keep_evidence(
            session,
            access,
            None,
            Evidence(
                kind=EvidenceKind.SCAN,
                title=taken.name,
                file_name=taken.name,
                media_type="application/octet-stream",
                blob_sha256=note_blob(session, taken.blob),
            ),
        )
    scan_import = ScanImport(
        project_id=access.project.id,
        evidence_id=evidence.id,
        account={},
        environment=clean(environment, LONGEST_ENVIRONMENT),
        named_format=named_format,
        imported_by_id=access.actor.user_id,
        created_at=now(),
    )
    session.add(scan_import)
    session.flush()
    job = jobs.enqueue(
        session,
        access.actor,
        access.project.id,
        JobKind.IMPORT_SCAN,
        {"scan_import_id": scan_import.id},
    )
    scan_import.job_id = job.id
    audit.record(
        session,
        access.actor,
        "project:scan:upload",
        taken.name,
        project_id=access.project.id,
        sha256=taken.blob.sha256,
        **({"named_format": named_format} if named_format else {}),
    )
    return scan_import, job


def report_to_read(session: Session, scan_import_id: int) -> tuple[ScanImport, str]:
    """Return an import and the SHA-256 of its raw report."""
    scan_import = session.get(ScanImport, scan_import_id)
    if scan_import is None or scan_import.evidence.blob_sha256 is None:
        raise NotFound
    return scan_import, scan_import.evidence.blob_sha256


def apply_scan(session: Session, scan_import: ScanImport, scan: ParsedScan) -> dict[str, Any]:
    """Merge what a report says into the project's findings, and refresh the suggestions.

    Findings that are known and unchanged are not written. What the newest report of a scope leaves
    out is marked as no longer reported, or closed where the project's policy says so, and open
    again when a report brings it back. Verdicts and waivers stay as they are.

    Returns:
        The account: ``read`` = ``findings`` + ``passes`` + ``suppressed`` + ``observations`` +
        ``skipped``; of the distinct findings, how many are ``new``, ``seen`` before, ``reopened``,
        ``changed`` and ``unrouted``; how many earlier ones are ``gone``, how many of these were
        ``closed`` by the policy, and how many results were ``merged`` into another.
    """
    project = session.get_one(Project, scan_import.project_id)
    scope = open_scope(session, project, scan_import, scan)
    is_older = scan_scopes.is_older(scope, scan)
    distinct = _distinct(scan.results)
    known = _known_findings(session, project, distinct)
    routed = routed_keys(session, {key for finding in distinct for key in routing_keys(finding)})
    led = rules_led_somewhere(session, project)
    rows = {finding.fingerprint: _row(finding, routed, led) for finding in distinct}
    back = {fingerprint for fingerprint, row in known.items() if row.status.is_absent}
    if is_older:  # what was gone by a newer report is not brought back by an older one
        for fingerprint in back:
            rows[fingerprint] |= {
                "status": known[fingerprint].status,
                "gone_at": known[fingerprint].gone_at,
            }
    reopened = 0 if is_older else len(back)
    new = [row for fingerprint, row in rows.items() if fingerprint not in known]
    changed = [
        {"id": known[fingerprint].id, **row}
        for fingerprint, row in rows.items()
        if fingerprint in known and _differs(known[fingerprint], row)
    ]
    _insert(session, scan_import, new)
    for batch in _batches(changed):
        session.execute(update(Finding), batch)
    absent = note_sightings(session, scope, _ids(session, project, distinct), scan)
    account = scan.account
    scan_import.format = scan.format
    scan_import.tool = scan.tool[:120]
    scan_import.tool_version = scan.tool_version[:60]
    scan_import.scope_id = scope.id
    scan_import.started_at = scan.started_at
    scan_import.command_line = scan.command_line[:1000]
    scan_import.finished_at = now()
    scan_import.account = {
        "read": account.read,
        "findings": account.findings,
        "passes": account.passes,
        "suppressed": account.suppressed,
        "observations": account.observations,
        "skipped": account.skipped,
        "merged": account.merged,
        "new": len(new),
        "seen": len(rows) - len(new) - reopened,
        "reopened": reopened,
        "gone": absent.gone,
        "closed": absent.closed,
        "changed": len(changed),
        "unrouted": sum(not row["is_routed"] for row in rows.values()),
        "target": scan.target,
        "skipped_reasons": [
            {"count": part.count, "reason": part.reason.to_json()} for part in scan.skipped
        ],
        "problems": [problem.to_json() for problem in scan.problems],
    }
    session.flush()
    suggestions.refresh(session, project)
    audit.record(
        session,
        None,
        "project:scan:import",
        scan.tool,
        project_id=project.id,
        scan_import_id=scan_import.id,
        new=len(new),
        changed=len(changed),
        reopened=reopened,
        gone=absent.gone,
        closed=absent.closed,
        read=account.read,
    )
    return scan_import.account


def _known_report(session: Session, access: ProjectAccess, taken: TakenReport) -> Evidence | None:
    return session.scalar(
        select(Evidence)
        .where(
            Evidence.project_id == access.project.id,
            Evidence.kind == EvidenceKind.SCAN,
            Evidence.blob_sha256 == taken.blob.sha256,
        )
        .limit(1)
    )


def _distinct(results: Iterable[ParsedFinding]) -> list[ParsedFinding]:
    found: dict[str, ParsedFinding] = {}
    for result in results:
        if result.state in STATUSES:
            found.setdefault(result.fingerprint, result)
    return list(found.values())


def _known_findings(
    session: Session, project: Project, findings: list[ParsedFinding]
) -> dict[str, Finding]:
    known: dict[str, Finding] = {}
    for batch in _batches([finding.fingerprint for finding in findings]):
        for finding in session.scalars(
            select(Finding).where(Finding.project_id == project.id, Finding.fingerprint.in_(batch))
        ):
            known[finding.fingerprint] = finding
    return known


def _ids(session: Session, project: Project, findings: list[ParsedFinding]) -> list[int]:
    return [
        id_
        for batch in _batches([finding.fingerprint for finding in findings])
        for id_ in session.scalars(
            select(Finding.id).where(
                Finding.project_id == project.id, Finding.fingerprint.in_(batch)
            )
        )
    ]


def _row(
    finding: ParsedFinding, routed: set[tuple[MappingKind, str]], led: LedRules
) -> dict[str, Any]:
    keys = keys_of(finding.tool, finding.rule_id, finding.cwes, finding.tags)
    return {
        "fingerprint": finding.fingerprint,
        "tool": finding.tool,
        "rule_id": finding.rule_id,
        "title": finding.title,
        "description": _description(finding),
        "severity": finding.severity,
        "severity_rank": finding.severity.rank,
        "status": STATUSES[finding.state],
        "cwes": list(finding.cwes),
        "tags": list(finding.tags),
        "location": str(finding.locations[0])[:2000] if finding.locations else "",
        "locations": [
            {
                "uri": place.uri,
                "line": place.line,
                "method": place.method,
                "parameter": place.parameter,
            }
            for place in finding.locations
        ],
        "occurrences": finding.occurrences,
        "is_routed": (finding.tool, finding.rule_id) in led or any(key in routed for key in keys),
        "cvss": finding.cvss,
        "epss": finding.epss,
        "snippet": finding.snippet or None,
        "gone_at": None,
    }


def _description(finding: ParsedFinding) -> str:
    parts = (finding.description, finding.solution, "\n".join(finding.references))
    return "\n\n".join(part for part in parts if part)


def _differs(known: Finding, row: dict[str, Any]) -> bool:
    return any(getattr(known, name) != row[name] for name in COMPARED)


def _insert(session: Session, scan_import: ScanImport, rows: list[dict[str, Any]]) -> None:
    constant = {
        "project_id": scan_import.project_id,
        "first_import_id": scan_import.id,
        "created_at": now(),
    }
    for batch in _batches(rows):
        session.execute(insert(Finding), [{**row, **constant} for row in batch])


def _batches(rows: list[_Row]) -> Iterable[list[_Row]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
