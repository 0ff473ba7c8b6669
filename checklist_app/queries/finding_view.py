"""One finding in full: what tools and people say, who reports it, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.errors import NotFound
from checklist_app.domain.vocabulary import Outcome, RemediationStatus
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    FindingSighting,
    Remediation,
    Requirement,
    ScanImport,
    ScanScope,
    Suggestion,
    SuggestionFinding,
    Waiver,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.duplicates import twins
from checklist_app.queries.findings import FindingLine, finding_line
from checklist_app.queries.triage import ActionLine, story_of


@dataclass(frozen=True, slots=True)
class SuggestedItem:
    """An item that a finding was routed to, by which key, and how the item stands."""

    checklist_number: int
    identifier: str
    via: str
    confidence: str
    outcome: Outcome | None
    waived_until: date | None
    plan_status: RemediationStatus | None
    plan_due_on: date | None
    standard_id: int


@dataclass(frozen=True, slots=True)
class NamedWeakness:
    """A CWE number with its name; the name is empty where CWE has none."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Reporter:
    """A scope that has reported a finding; ``is_present`` tells whether its newest scan does."""

    tool: str
    target: str
    environment: str
    is_present: bool
    import_id: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding in full; ``mark_said`` is the act behind a mark that holds today."""

    line: FindingLine
    description: str
    tags: list[str]
    locations: list[dict[str, Any]]
    fingerprint: str
    created_at: datetime
    import_id: int
    cvss: float | None
    epss: float | None
    snippet: str
    gone_at: datetime | None
    weaknesses: list[NamedWeakness]
    reporters: list[Reporter]
    items: list[SuggestedItem]
    twins: list[FindingLine]
    story: list[ActionLine]
    mark_said: ActionLine | None

    @property
    def last_seen(self) -> datetime | None:
        """When a scan that reports it was last made; None if nobody knows."""
        return max((one.at for one in self.reporters if one.is_present and one.at), default=None)


def finding_view(
    session: Session, access: ProjectAccess, finding_id: int, today: date
) -> FindingView:
    """Return one finding of a project, or raise NotFound."""
    finding = session.scalar(
        select(Finding).where(Finding.id == finding_id, Finding.project_id == access.project.id)
    )
    if finding is None:
        raise NotFound
    line = finding_line(finding, today)
    story = story_of(session, access, finding.id)
    marking = finding.mark_action_id if line.mark else None
    tree = cwe_tree()
    return FindingView(
        line=line,
        description=finding.description,
        tags=finding.tags,
        locations=finding.locations,
        fingerprint=finding.fingerprint,
        created_at=finding.created_at,
        import_id=finding.first_import_id,
        cvss=finding.cvss,
        epss=finding.epss,
        snippet=finding.snippet or "",
        gone_at=finding.gone_at,
        weaknesses=[
            NamedWeakness(number, known.name if (known := tree.get(number)) else "")
            for number in finding.cwes
        ],
        reporters=_reporters(session, finding.id),
        items=_items(session, finding.id, today),
        twins=twins(session, access, [line], today).get(finding.id, []),
        story=story,
        mark_said=next((act for act in story if act.id == marking), None),
    )


def _reporters(session: Session, finding_id: int) -> list[Reporter]:
    newest = (
        select(ScanImport.scope_id, func.max(ScanImport.id).label("import_id"))
        .where(ScanImport.finished_at.is_not(None))
        .group_by(ScanImport.scope_id)
        .subquery()
    )
    rows = session.execute(
        select(
            ScanScope.tool,
            ScanScope.target,
            ScanScope.environment,
            FindingSighting.is_present,
            ScanImport.id,
            func.coalesce(ScanImport.started_at, ScanImport.created_at),
        )
        .select_from(FindingSighting)
        .join(ScanScope, ScanScope.id == FindingSighting.scope_id)
        .outerjoin(newest, newest.c.scope_id == ScanScope.id)
        .outerjoin(ScanImport, ScanImport.id == newest.c.import_id)
        .where(FindingSighting.finding_id == finding_id)
        .order_by(FindingSighting.is_present.desc(), ScanScope.id)
    )
    return [Reporter(*row) for row in rows]


def _items(session: Session, finding_id: int, today: date) -> list[SuggestedItem]:
    waived = (
        select(Waiver.item_id, func.max(Waiver.expires_on).label("expires_on"))
        .where(Waiver.revoked_at.is_(None), Waiver.expires_on >= today)
        .group_by(Waiver.item_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Checklist.number,
            Requirement.identifier,
            SuggestionFinding.via,
            SuggestionFinding.confidence,
            ChecklistItem.outcome,
            waived.c.expires_on,
            Remediation.status,
            Remediation.due_on,
            Checklist.standard_id,
        )
        .select_from(SuggestionFinding)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .outerjoin(Remediation, Remediation.item_id == ChecklistItem.id)
        .outerjoin(waived, waived.c.item_id == ChecklistItem.id)
        .where(SuggestionFinding.finding_id == finding_id)
        .order_by(Checklist.number, ChecklistItem.position)
    )
    return [SuggestedItem(*row) for row in rows]
