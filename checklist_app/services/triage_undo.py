"""Marks end: undone by a person who finds them wrong, or over with the date of an acceptance."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import FindingMark, TriageKind
from checklist_app.models import Finding, Project, TriageAction, TriageMember
from checklist_app.queries.access import ProjectAccess
from checklist_app.services import audit, suggestions, triage_plans
from checklist_app.services.clock import now, today
from checklist_app.services.routing import batches
from checklist_app.services.triage import one_at_a_time, record_action, require_kind


def undo_action(session: Session, access: ProjectAccess, action_id: int) -> tuple[int, int]:
    """Give each finding back what it was, unless somebody has touched it since.

    Returns:
        How many findings are as before, and how many were left as they are now.

    Raises:
        NotFound: the project has no such action.
        Conflict: it was undone before.
    """
    one_at_a_time(session, access)
    action = session.scalar(
        select(TriageAction).where(
            TriageAction.id == action_id, TriageAction.project_id == access.project.id
        )
    )
    if action is None:
        raise NotFound
    require_kind(access, action.kind)
    if action.undone_at is not None:
        raise Conflict(text("This was undone already."))
    members = session.execute(
        select(TriageMember, Finding.mark_action_id)
        .join(Finding, Finding.id == TriageMember.finding_id)
        .where(TriageMember.action_id == action.id)
        .order_by(TriageMember.finding_id)
    ).all()
    if any(member.mark_before is FindingMark.ACCEPTED for member, _ in members):
        access.require(Permission.WAIVER_GRANT)
    if action.kind is TriageKind.REMEDIATE:
        left_ids = triage_plans.take_back(session, access, action)
    else:
        left_ids = {member.finding_id for member, last in members if last != action.id}
        _give_back(session, [member for member, _ in members if member.finding_id not in left_ids])
    for member, _ in members:
        member.is_restored = member.finding_id not in left_ids
    action.undone_at = now()
    action.undone_by_id = access.actor.user_id
    left = len(left_ids)
    action.details = {**action.details, "restored": len(members) - left, "left": left}
    session.flush()
    suggestions.refresh(session, access.project)
    record_action(session, access, "project:finding:undo", action)
    return len(members) - left, left


def expire_acceptances(session: Session) -> int:
    """Let findings count again whose acceptance has ended; return how many."""
    ended = (Finding.mark == FindingMark.ACCEPTED, Finding.marked_until < today())
    rows = session.execute(
        select(Finding.id, Finding.project_id).where(*ended).order_by(Finding.project_id)
    ).all()
    for batch in batches([row.id for row in rows]):
        session.execute(
            update(Finding).where(Finding.id.in_(batch)).values(mark=None, marked_until=None)
        )
    for project_id in dict.fromkeys(row.project_id for row in rows):
        project = session.get_one(Project, project_id)
        suggestions.refresh(session, project)
        count = sum(row.project_id == project_id for row in rows)
        audit.record(
            session,
            None,
            "project:finding:expire",
            project.name,
            project_id=project_id,
            count=count,
        )
    return len(rows)


def _give_back(session: Session, members: Sequence[TriageMember]) -> None:
    for batch in batches(members):
        session.execute(
            update(Finding),
            [
                {
                    "id": member.finding_id,
                    "mark": member.mark_before,
                    "marked_until": member.until_before,
                    "mark_action_id": member.action_before_id,
                }
                for member in batch
            ],
        )
