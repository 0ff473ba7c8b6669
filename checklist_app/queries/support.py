"""Scans that looked for what an item asks about and found nothing: support for a pass, no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.standards import ScannerKind
from checklist_app.domain.vocabulary import FindingStatus
from checklist_app.models import (
    Finding,
    FindingSighting,
    Project,
    ScanImport,
    ScanScope,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.queries.access import ItemAccess
from checklist_app.scanners.kinds import kinds_of


@dataclass(frozen=True, slots=True)
class Support:
    """The newest scan of one scope, by a tool of a kind that can see the weakness.

    Attributes:
        at: when the scan ran, or when it was imported if the report does not say.
        is_stale: whether that is longer ago than the project takes a scan for fresh.
        kinds: those of the requirement that this tool covers; the others it cannot see.
    """

    import_id: int
    tool: str
    tool_version: str
    target: str
    environment: str
    at: datetime
    is_stale: bool
    kinds: tuple[ScannerKind, ...]


def is_stale(project: Project, at: datetime, today: date) -> bool:
    """Return whether a scan of ``at`` is too old today for the project's policy."""
    return at.date() < today - timedelta(days=project.freshness_days)


def newest_scans(session: Session, project: Project) -> list[ScanImport]:
    """Return the newest import of each scope of a project that was read to its end."""
    newest = (
        select(func.max(ScanImport.id))
        .where(
            ScanImport.project_id == project.id,
            ScanImport.finished_at.is_not(None),
            ScanImport.scope_id.is_not(None),
        )
        .group_by(ScanImport.scope_id)
    )
    return list(
        session.scalars(
            select(ScanImport).where(ScanImport.id.in_(newest)).order_by(ScanImport.id.desc())
        )
    )


def supporting_scans(session: Session, opened: ItemAccess, today: date) -> list[Support]:
    """Return the newest scans that could see the item's weakness and led nothing open to it.

    A scan that failed in any part supports nothing, and a tool that has an open finding on the
    item does not either, whatever its other scopes say.
    """
    wanted = {ScannerKind(name) for name in opened.requirement.scanners}
    if not wanted:
        return []
    newest = (
        select(func.max(ScanImport.id))
        .where(
            ScanImport.project_id == opened.project.project.id,
            ScanImport.finished_at.is_not(None),
            ScanImport.scope_id.is_not(None),
        )
        .group_by(ScanImport.scope_id)
    )
    rows = session.execute(
        select(ScanImport, ScanScope)
        .join(ScanScope, ScanScope.id == ScanImport.scope_id)
        .where(ScanImport.id.in_(newest))
        .order_by(ScanImport.id.desc())
    ).all()
    if not rows:
        return []
    accusing = set(
        session.scalars(
            select(Finding.tool)
            .join(SuggestionFinding, SuggestionFinding.finding_id == Finding.id)
            .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
            .where(Suggestion.item_id == opened.item.id, Finding.status == FindingStatus.OPEN)
        )
    )
    return [
        Support(
            import_id=scan.id,
            tool=scan.tool,
            tool_version=scan.tool_version,
            target=scope.target,
            environment=scope.environment,
            at=(at := scan.started_at or scan.created_at),
            is_stale=is_stale(opened.project.project, at, today),
            kinds=tuple(sorted(seen)),
        )
        for scan, scope in rows
        if not scan.account.get("problems")
        and scan.tool not in accusing
        and (seen := kinds_of(scan.format, scan.tool) & wanted)
    ]


def last_reported(session: Session, suggestion_id: int) -> datetime | None:
    """Return when a scan last reported a finding behind a suggestion; None if nobody knows."""
    return session.scalar(
        select(func.max(func.coalesce(ScanImport.started_at, ScanImport.created_at)))
        .join(FindingSighting, FindingSighting.scope_id == ScanImport.scope_id)
        .join(SuggestionFinding, SuggestionFinding.finding_id == FindingSighting.finding_id)
        .where(SuggestionFinding.suggestion_id == suggestion_id, FindingSighting.is_present)
    )
