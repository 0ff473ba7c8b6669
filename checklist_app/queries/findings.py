"""Scan imports and the findings they brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.vocabulary import FindingStatus, Severity
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Evidence,
    Finding,
    Job,
    Requirement,
    ScanImport,
    Suggestion,
    SuggestionFinding,
    User,
)
from checklist_app.queries.access import ProjectAccess

PAGE_SIZE = 100
IMPORTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A scan import with its account and its job."""

    id: int
    tool: str
    tool_version: str
    format: str
    named_format: str
    file_name: str
    sha256: str
    evidence_id: int
    imported_by: str
    created_at: datetime
    finished_at: datetime | None
    job_id: int
    job_state: str
    account: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding in a list."""

    id: int
    severity: Severity
    status: FindingStatus
    tool: str
    rule_id: str
    title: str
    location: str
    cwes: list[int]
    occurrences: int
    is_routed: bool


@dataclass(frozen=True, slots=True)
class FindingFilters:
    """What the reader wants to see; empty values ask for everything."""

    q: str = ""
    severity: str = ""
    tool: str = ""
    routed: str = ""
    status: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One page of findings, worst first."""

    findings: list[FindingLine]
    total: int
    page: int
    tools: list[str]
    filters: FindingFilters

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class SuggestedItem:
    """An item that a finding was routed to, and by which key."""

    checklist_number: int
    identifier: str
    via: str
    confidence: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding in full."""

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
    items: list[SuggestedItem]


def scan_imports(session: Session, access: ProjectAccess) -> list[ImportLine]:
    """Return the newest scan imports of a project."""
    return _imports(session, access, ScanImport.project_id == access.project.id)


def scan_import(session: Session, access: ProjectAccess, import_id: int) -> ImportLine:
    """Return one scan import of a project, or raise NotFound."""
    found = _imports(session, access, ScanImport.id == import_id)
    if not found:
        raise NotFound
    return found[0]


def finding_page(
    session: Session,
    access: ProjectAccess,
    filters: FindingFilters,
    page: int,
    *,
    import_id: int | None = None,
) -> FindingPage:
    """Return one page of a project's findings; of one import's new ones when it is named."""
    wanted = _conditions(access, filters)
    if import_id is not None:
        wanted.append(Finding.first_import_id == import_id)
    total = session.scalar(select(func.count()).select_from(Finding).where(*wanted)) or 0
    rows = session.scalars(
        select(Finding)
        .where(*wanted)
        .order_by(Finding.severity_rank, Finding.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    tools = session.scalars(
        select(Finding.tool)
        .where(Finding.project_id == access.project.id)
        .distinct()
        .order_by(Finding.tool)
    )
    return FindingPage([_line(finding) for finding in rows], total, page, list(tools), filters)


def finding_view(session: Session, access: ProjectAccess, finding_id: int) -> FindingView:
    """Return one finding of a project, or raise NotFound."""
    finding = session.scalar(
        select(Finding).where(Finding.id == finding_id, Finding.project_id == access.project.id)
    )
    if finding is None:
        raise NotFound
    rows = session.execute(
        select(
            Checklist.number,
            Requirement.identifier,
            SuggestionFinding.via,
            SuggestionFinding.confidence,
        )
        .select_from(SuggestionFinding)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(SuggestionFinding.finding_id == finding.id)
        .order_by(Checklist.number, ChecklistItem.position)
    )
    return FindingView(
        line=_line(finding),
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
        items=[SuggestedItem(*row) for row in rows],
    )


def _imports(
    session: Session, access: ProjectAccess, wanted: ColumnElement[bool]
) -> list[ImportLine]:
    rows = session.execute(
        select(ScanImport, Evidence, User.name, Job.id, Job.state)
        .join(Evidence, Evidence.id == ScanImport.evidence_id)
        .join(User, User.id == ScanImport.imported_by_id)
        .join(Job, Job.id == ScanImport.job_id)
        .where(ScanImport.project_id == access.project.id, wanted)
        .order_by(ScanImport.id.desc())
        .limit(IMPORTS_SHOWN)
    )
    return [
        ImportLine(
            id=scan.id,
            tool=scan.tool,
            tool_version=scan.tool_version,
            format=scan.format,
            named_format=scan.named_format,
            file_name=evidence.file_name,
            sha256=evidence.blob_sha256 or "",
            evidence_id=evidence.id,
            imported_by=name,
            created_at=scan.created_at,
            finished_at=scan.finished_at,
            job_id=job_id,
            job_state=job_state,
            account=scan.account,
        )
        for scan, evidence, name, job_id, job_state in rows
    ]


def _conditions(access: ProjectAccess, filters: FindingFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Finding.project_id == access.project.id]
    if filters.severity in set(Severity):
        wanted.append(Finding.severity == Severity(filters.severity))
    if filters.status in set(FindingStatus):
        wanted.append(Finding.status == FindingStatus(filters.status))
    if filters.tool:
        wanted.append(Finding.tool == filters.tool)
    if filters.routed in ("yes", "no"):
        wanted.append(Finding.is_routed.is_(filters.routed == "yes"))
    if filters.q:
        in_title = Finding.title.icontains(filters.q, autoescape=True)
        wanted.append(in_title | Finding.location.icontains(filters.q, autoescape=True))
    if filters.item:
        wanted.append(Finding.id.in_(_finding_ids_of(filters.item)))
    return wanted


def _finding_ids_of(identifier: str) -> Any:
    return (
        select(SuggestionFinding.finding_id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(Requirement.identifier == identifier)
    )


def _line(finding: Finding) -> FindingLine:
    return FindingLine(
        id=finding.id,
        severity=finding.severity,
        status=finding.status,
        tool=finding.tool,
        rule_id=finding.rule_id,
        title=finding.title,
        location=finding.location,
        cwes=finding.cwes,
        occurrences=finding.occurrences,
        is_routed=finding.is_routed,
    )
