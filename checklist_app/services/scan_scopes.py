"""Which findings the scans of one scope report, and which they no longer do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from checklist_app.domain.scan_stream import Scan
from checklist_app.domain.vocabulary import FindingStatus, GonePolicy
from checklist_app.models import Finding, FindingSighting, Project, ScanImport, ScanScope
from checklist_app.models.bulk import insert_rows
from checklist_app.services.clock import now
from checklist_app.services.routing import batches


@dataclass(frozen=True, slots=True)
class Absent:
    """How many findings a report made absent: ``closed`` of the ``gone`` by the policy."""

    gone: int = 0
    closed: int = 0


def open_scope(
    session: Session, project: Project, scan_import: ScanImport, scan: Scan
) -> ScanScope:
    """Return the scope of a report, locked until the transaction ends; a new one is made.

    Imports of one scope so take effect one after another. A scope is the tool, its target as the
    report names it, and the branch or environment that whoever imported it gave.
    """
    tool, target = scan.tool[:120], scan.target[:255]
    parts = (scan.format, tool, target, scan_import.environment)
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    wanted = (
        select(ScanScope)
        .where(ScanScope.project_id == project.id, ScanScope.digest == digest)
        .with_for_update()
    )
    scope = session.scalar(wanted)
    if scope is None:
        scope = ScanScope(
            project_id=project.id,
            digest=digest,
            tool=tool,
            target=target,
            environment=scan_import.environment,
        )
        session.add(scope)
        session.flush()
    return scope


def tells_what_is_gone(scope: ScanScope, scan: Scan) -> bool:
    """Whether a report can say that something is no longer there.

    It cannot when its scope has no name (nobody knows what it looked at), when the scan failed in
    any part, or when it is older than another report of its scope.
    """
    is_named = bool(scope.target or scope.environment)
    return is_named and not scan.problems and not is_older(scope, scan)


def is_older(scope: ScanScope, scan: Scan) -> bool:
    """Whether a report was made before another one of its scope, as far as both say."""
    return (
        scan.started_at is not None
        and scope.last_started_at is not None
        and scan.started_at < scope.last_started_at
    )


def note_sightings(
    session: Session, scope: ScanScope, finding_ids: Iterable[int], scan: Scan
) -> Absent:
    """Remember which findings a scope reports now, and mark those that nothing reports any more.

    Open ones are closed instead where the project says so. Where nothing changed since the last
    report of the scope, nothing is written.
    """
    reported = set(finding_ids)
    rows = session.execute(
        select(FindingSighting.finding_id, FindingSighting.is_present).where(
            FindingSighting.scope_id == scope.id
        )
    )
    known = {row[0]: row[1] for row in rows}
    for batch in batches(sorted(reported - known.keys())):
        columns = ("scope_id", "finding_id", "is_present")
        insert_rows(session, FindingSighting, columns, [(scope.id, id_, True) for id_ in batch])
    _set_present(session, scope, [id_ for id_ in reported if known.get(id_) is False], present=True)
    absent = Absent()
    if tells_what_is_gone(scope, scan):
        missing = sorted(
            id_ for id_, is_present in known.items() if is_present and id_ not in reported
        )
        _set_present(session, scope, missing, present=False)
        policy = session.get_one(Project, scope.project_id).gone_policy
        absent = _make_absent(session, missing, policy)
    if scan.started_at is not None and not is_older(scope, scan):
        scope.last_started_at = scan.started_at
    return absent


def _set_present(
    session: Session, scope: ScanScope, finding_ids: list[int], *, present: bool
) -> None:
    for batch in batches(finding_ids):
        session.execute(
            update(FindingSighting)
            .where(FindingSighting.scope_id == scope.id, FindingSighting.finding_id.in_(batch))
            .values(is_present=present)
        )


def _make_absent(session: Session, finding_ids: list[int], policy: GonePolicy) -> Absent:
    """Give those a new status that no scope reports; what a tool suppressed is never closed."""
    marked, closed = [], []
    seen_elsewhere = exists().where(
        FindingSighting.finding_id == Finding.id, FindingSighting.is_present
    )
    for batch in batches(finding_ids):
        rows = session.execute(
            select(Finding.id, Finding.status).where(Finding.id.in_(batch), ~seen_elsewhere)
        )
        for id_, status in rows:
            if status is FindingStatus.OPEN and policy is GonePolicy.CLOSE:
                closed.append(id_)
            elif not status.is_absent:
                marked.append(id_)
    _set_status(session, marked, FindingStatus.GONE)
    _set_status(session, closed, FindingStatus.CLOSED)
    return Absent(gone=len(marked) + len(closed), closed=len(closed))


def _set_status(session: Session, finding_ids: list[int], status: FindingStatus) -> None:
    for batch in batches(finding_ids):
        session.execute(
            update(Finding).where(Finding.id.in_(batch)).values(status=status, gone_at=now())
        )
