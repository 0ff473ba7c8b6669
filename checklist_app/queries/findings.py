"""Scan imports and the findings they brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, defer

from checklist_app.domain.errors import NotFound
from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import FindingMark, FindingStatus, JobState, Severity
from checklist_app.models import Evidence, Finding, Job, ScanImport, ScanScope, User
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.finding_filters import FindingFilters, conditions
from checklist_app.queries.jobs import percent

PAGE_SIZE = 100
IMPORTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A scan import with its account and its job.

    Attributes:
        job_percent: how far the reading is; None while nobody knows.
        job_message: how it ended, or why it waits; None while there is nothing to tell.
    """

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
    job_state: JobState
    job_percent: int | None
    job_message: Text | None
    account: dict[str, Any]

    @property
    def is_moving(self) -> bool:
        """Whether the report still waits to be read, or is being read."""
        return not self.job_state.is_over


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding in a list; ``mark`` is what a person says of it today."""

    id: int
    severity: Severity
    status: FindingStatus
    mark: FindingMark | None
    marked_until: date | None
    tool: str
    rule_id: str
    title: str
    location: str
    cwes: list[int]
    occurrences: int
    is_routed: bool
    place: str


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """What a tool looks at again and again, as a choice of the filter."""

    id: int
    tool: str
    target: str
    environment: str


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One page of findings, worst first."""

    findings: list[FindingLine]
    total: int
    page: int
    tools: list[str]
    filters: FindingFilters
    scopes: list[ScopeLine] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def environments(self) -> list[str]:
        """The branches and environments that scans named."""
        return sorted({scope.environment for scope in self.scopes if scope.environment})


def scan_imports(
    session: Session,
    access: ProjectAccess,
    *,
    before: int | None = None,
    limit: int = IMPORTS_SHOWN,
) -> list[ImportLine]:
    """Return at most ``limit`` scan imports of a project older than ``before``, newest first."""
    older = [] if before is None else [ScanImport.id < before]
    return _imports(session, access, *older, limit=limit)


def scan_import(session: Session, access: ProjectAccess, import_id: int) -> ImportLine:
    """Return one scan import of a project, or raise NotFound."""
    found = _imports(session, access, ScanImport.id == import_id, limit=1)
    if not found:
        raise NotFound
    return found[0]


def finding_page(
    session: Session,
    access: ProjectAccess,
    filters: FindingFilters,
    page: int,
    *,
    today: date,
    import_id: int | None = None,
) -> FindingPage:
    """Return one page of a project's findings; of one import's new ones when it is named."""
    wanted = conditions(access, filters, today)
    if import_id is not None:
        wanted.append(Finding.first_import_id == import_id)
    total = session.scalar(select(func.count()).select_from(Finding).where(*wanted)) or 0
    rows = session.scalars(
        select(Finding)
        .options(defer(Finding.description), defer(Finding.snippet), defer(Finding.locations))
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
    return FindingPage(
        findings=[finding_line(finding, today) for finding in rows],
        total=total,
        page=page,
        tools=list(tools),
        filters=filters,
        scopes=_scopes(session, access),
    )


def findings_after(
    session: Session,
    access: ProjectAccess,
    filters: FindingFilters,
    after: tuple[int, int] | None,
    limit: int,
    today: date,
) -> list[FindingLine]:
    """Return at most ``limit`` findings, worst first, behind the one of this rank and key."""
    wanted = conditions(access, filters, today)
    if after is not None:
        rank, key = after
        wanted.append(
            (Finding.severity_rank > rank) | ((Finding.severity_rank == rank) & (Finding.id > key))
        )
    rows = session.scalars(
        select(Finding)
        .options(defer(Finding.description), defer(Finding.snippet), defer(Finding.locations))
        .where(*wanted)
        .order_by(Finding.severity_rank, Finding.id)
        .limit(limit)
    )
    return [finding_line(finding, today) for finding in rows]


def _scopes(session: Session, access: ProjectAccess) -> list[ScopeLine]:
    rows = session.execute(
        select(ScanScope.id, ScanScope.tool, ScanScope.target, ScanScope.environment)
        .where(ScanScope.project_id == access.project.id)
        .order_by(ScanScope.tool, ScanScope.target, ScanScope.environment)
    )
    return [ScopeLine(*row) for row in rows]


def _imports(
    session: Session, access: ProjectAccess, *wanted: ColumnElement[bool], limit: int
) -> list[ImportLine]:
    rows = session.execute(
        select(ScanImport, Evidence, User.name, Job)
        .join(Evidence, Evidence.id == ScanImport.evidence_id)
        .join(User, User.id == ScanImport.imported_by_id)
        .join(Job, Job.id == ScanImport.job_id)
        .where(ScanImport.project_id == access.project.id, *wanted)
        .order_by(ScanImport.id.desc())
        .limit(limit)
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
            job_id=job.id,
            job_state=job.state,
            job_percent=percent(job.progress, job.total),
            job_message=Text.from_json(job.message) if job.message else None,
            account=scan.account,
        )
        for scan, evidence, name, job in rows
    ]


def finding_line(finding: Finding, today: date) -> FindingLine:
    """Return a finding as it stands in a list."""
    is_over = finding.marked_until is not None and finding.marked_until < today
    return FindingLine(
        id=finding.id,
        severity=finding.severity,
        status=finding.status,
        mark=None if is_over else finding.mark,
        marked_until=finding.marked_until,
        tool=finding.tool,
        rule_id=finding.rule_id,
        title=finding.title,
        location=finding.location,
        cwes=finding.cwes,
        occurrences=finding.occurrences,
        is_routed=finding.is_routed,
        place=finding.place,
    )
