"""What people did to findings: one action in full, the newest of a project, the story of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.errors import NotFound
from checklist_app.domain.vocabulary import TriageKind
from checklist_app.models import Finding, TriageAction, TriageMember, User
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.findings import FindingLine, finding_line

NEWEST_SHOWN = 50
MEMBERS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action with its counts; ``undone_at`` is None while it stands."""

    id: int
    kind: TriageKind
    reason: str
    expires_on: date | None
    acted_by: str
    created_at: datetime
    undone_by: str
    undone_at: datetime | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A finding of an action; ``is_restored`` is None until the action is undone."""

    finding: FindingLine
    is_restored: bool | None


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action with the findings it changed, worst first, as many as a page shows."""

    line: ActionLine
    members: list[MemberLine]


def newest_actions(session: Session, access: ProjectAccess) -> list[ActionLine]:
    """Return the newest actions of a project."""
    rows = session.execute(_lines(access).order_by(TriageAction.id.desc()).limit(NEWEST_SHOWN))
    return [_line(*row) for row in rows]


def actions_before(
    session: Session, access: ProjectAccess, before: int | None, limit: int
) -> list[ActionLine]:
    """Return at most ``limit`` actions of a project, going back from the one before ``before``."""
    older = [] if before is None else [TriageAction.id < before]
    wanted = _lines(access, *older).order_by(TriageAction.id.desc()).limit(limit)
    return [_line(*row) for row in session.execute(wanted)]


def action_view(session: Session, access: ProjectAccess, action_id: int, today: date) -> ActionView:
    """Return one action of a project, or raise NotFound."""
    row = session.execute(_lines(access, TriageAction.id == action_id)).one_or_none()
    if row is None:
        raise NotFound
    members = session.execute(
        select(Finding, TriageMember.is_restored)
        .join(TriageMember, TriageMember.finding_id == Finding.id)
        .where(TriageMember.action_id == action_id)
        .order_by(TriageMember.is_restored, Finding.severity_rank, Finding.id)
        .limit(MEMBERS_SHOWN)
    )
    return ActionView(
        _line(*row),
        [MemberLine(finding_line(finding, today), restored) for finding, restored in members],
    )


def story_of(session: Session, access: ProjectAccess, finding_id: int) -> list[ActionLine]:
    """Return what people did to one finding, the newest first."""
    touched = select(TriageMember.action_id).where(TriageMember.finding_id == finding_id)
    wanted = _lines(access, TriageAction.id.in_(touched))
    return [_line(*row) for row in session.execute(wanted.order_by(TriageAction.id.desc()))]


def _lines(access: ProjectAccess, *wanted: ColumnElement[bool]) -> Select[TriageAction, str, str]:
    undoer = aliased(User)
    return (
        select(TriageAction, User.name, undoer.name)
        .join(User, User.id == TriageAction.acted_by_id)
        .outerjoin(undoer, undoer.id == TriageAction.undone_by_id)
        .where(TriageAction.project_id == access.project.id, *wanted)
    )


def _line(action: TriageAction, acted_by: str, undone_by: str | None) -> ActionLine:
    return ActionLine(
        id=action.id,
        kind=action.kind,
        reason=action.reason,
        expires_on=action.expires_on,
        acted_by=acted_by,
        created_at=action.created_at,
        undone_by=undone_by or "",
        undone_at=action.undone_at,
        details=action.details,
    )
