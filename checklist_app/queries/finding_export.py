"""The findings of a project as rows of a table, with what people say of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import FindingMark, FindingStatus, Severity
from checklist_app.models import Finding, TriageAction, User
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.finding_filters import FindingFilters, conditions

MOST_EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class ExportedFinding:
    """One row; without a mark that holds today the last five are empty."""

    id: int
    severity: Severity
    status: FindingStatus
    tool: str
    rule_id: str
    title: str
    location: str
    cwes: list[int]
    occurrences: int
    created_at: datetime
    mark: FindingMark | None = None
    marked_until: date | None = None
    marked_by: str = ""
    marked_at: datetime | None = None
    reason: str = ""


def exported_findings(
    session: Session, access: ProjectAccess, filters: FindingFilters, today: date
) -> list[ExportedFinding]:
    """Return all findings that fit the filters, worst first.

    Raises:
        InvalidInput: they are more than one table holds; a table that is cut would mislead.
    """
    wanted = conditions(access, filters, today)
    total = session.scalar(select(func.count()).select_from(Finding).where(*wanted)) or 0
    if total > MOST_EXPORTED:
        raise InvalidInput(
            text(
                "One table holds at most %(count)s findings. Narrow the filter first.",
                count=MOST_EXPORTED,
            )
        )
    rows = session.execute(
        select(
            Finding.id,
            Finding.severity,
            Finding.status,
            Finding.tool,
            Finding.rule_id,
            Finding.title,
            Finding.location,
            Finding.cwes,
            Finding.occurrences,
            Finding.created_at,
            Finding.mark,
            Finding.marked_until,
            User.name,
            TriageAction.created_at,
            TriageAction.reason,
        )
        .outerjoin(TriageAction, TriageAction.id == Finding.mark_action_id)
        .outerjoin(User, User.id == TriageAction.acted_by_id)
        .where(*wanted)
        .order_by(Finding.severity_rank, Finding.id)
    )
    return [_with_mark_of(ExportedFinding(*row), today) for row in rows]


def _with_mark_of(row: ExportedFinding, today: date) -> ExportedFinding:
    """Return a row without a mark that does not hold today, or that was taken back."""
    is_over = row.marked_until is not None and row.marked_until < today
    if row.mark is not None and not is_over:
        return row
    return replace(row, mark=None, marked_until=None, marked_by="", marked_at=None, reason="")
