"""What an action on findings writes: their marks, and what each was before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from checklist_app.domain.triage import MarkState
from checklist_app.domain.vocabulary import FindingMark
from checklist_app.models import Finding, TriageAction, TriageMember
from checklist_app.services.routing import batches


def set_mark(
    session: Session,
    states: Sequence[MarkState],
    mark: FindingMark | None,
    until: date | None,
    action: TriageAction | None,
) -> None:
    """Give findings a mark, or take theirs; the action is None while it is only previewed."""
    for batch in batches([state.id for state in states]):
        session.execute(
            update(Finding)
            .where(Finding.id.in_(batch))
            .values(
                mark=mark,
                marked_until=until if mark is FindingMark.ACCEPTED else None,
                mark_action_id=action.id if action else None,
            )
        )


def note_members(session: Session, action: TriageAction, states: Sequence[MarkState]) -> None:
    """Remember which findings an action changes, and what each was before."""
    for batch in batches(states):
        session.execute(
            insert(TriageMember),
            [
                {
                    "action_id": action.id,
                    "finding_id": state.id,
                    "mark_before": state.mark,
                    "until_before": state.marked_until,
                    "action_before_id": state.mark_action_id,
                }
                for state in batch
            ],
        )
