"""Plans made for findings: one for each gap that they speak to and that has none yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from checklist_app.domain.text import Text
from checklist_app.domain.triage import NO_GAP, PLANNED, SPEAKS_TO_NOTHING
from checklist_app.domain.vocabulary import Outcome, RemediationStatus
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Remediation,
    Requirement,
    Suggestion,
    SuggestionFinding,
    TriageAction,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.live_checklists import is_live
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.routing import batches
from checklist_app.services.triage_effects import PlannedItem


@dataclass(frozen=True, slots=True)
class PlansFor:
    """The items that get a plan, and why some findings get none."""

    items: list[PlannedItem]
    refusals: dict[int, Text]


def plans_for(session: Session, access: ProjectAccess, finding_ids: Sequence[int]) -> PlansFor:
    """Return which gaps without a plan these findings speak to, in the newest checklists."""
    reasons: dict[int, set[Text | None]] = defaultdict(set)
    items: dict[int, PlannedItem] = {}
    for batch in batches(finding_ids):
        rows = session.execute(
            select(
                SuggestionFinding.finding_id,
                ChecklistItem.id,
                ChecklistItem.outcome,
                Checklist.number,
                Requirement.identifier,
                Remediation.id,
            )
            .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
            .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
            .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
            .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
            .outerjoin(Remediation, Remediation.item_id == ChecklistItem.id)
            .where(SuggestionFinding.finding_id.in_(batch), is_live(access.project.id))
        )
        for finding_id, item_id, outcome, number, identifier, plan_id in rows:
            why = _why_not(outcome, plan_id)
            reasons[finding_id].add(why)
            if why is None:
                items[item_id] = PlannedItem(item_id, number, identifier)
    return PlansFor(
        sorted(items.values(), key=lambda one: (one.checklist_number, one.item_id)),
        {
            finding_id: _why(reasons[finding_id])
            for finding_id in finding_ids
            if None not in reasons[finding_id]
        },
    )


def _why_not(outcome: Outcome | None, plan_id: int | None) -> Text | None:
    if outcome is None or not outcome.is_gap:
        return NO_GAP
    return PLANNED if plan_id is not None else None


def _why(reasons: set[Text | None]) -> Text:
    if not reasons:
        return SPEAKS_TO_NOTHING
    return PLANNED if PLANNED in reasons else NO_GAP


def make_plans(
    session: Session,
    access: ProjectAccess,
    action: TriageAction,
    items: Sequence[PlannedItem],
    *,
    owner_id: int,
    due_on: date,
) -> None:
    """Give each item the plan of an action, and leave an event on each."""
    plans = [
        Remediation(
            item_id=item.item_id,
            plan=action.reason,
            owner_id=owner_id,
            due_on=due_on,
            created_at=now(),
            updated_at=now(),
        )
        for item in items
    ]
    session.add_all(plans)
    session.flush()
    made = zip(plans, items, strict=True)
    action.details = {
        "plans": [{"id": plan.id, "target": item.target} for plan, item in made],
    }
    for item in items:
        audit.record(
            session,
            access.actor,
            "project:remediation:plan",
            item.target,
            project_id=access.project.id,
            owner_id=owner_id,
            due_on=due_on.isoformat(),
        )


def take_back(session: Session, access: ProjectAccess, action: TriageAction) -> set[int]:
    """Remove the plans that an action made and nobody has touched since.

    Returns:
        The findings that speak to an item whose plan was left.
    """
    plans = {int(plan["id"]): str(plan["target"]) for plan in action.details.get("plans", [])}
    untouched = set(
        session.scalars(
            select(Remediation.id)
            .where(
                Remediation.id.in_(plans),
                Remediation.row_version == 1,
                Remediation.status == RemediationStatus.OPEN,
            )
            .with_for_update()
        )
    )
    left = set(
        session.scalars(
            select(SuggestionFinding.finding_id)
            .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
            .join(Remediation, Remediation.item_id == Suggestion.item_id)
            .where(Remediation.id.in_(plans.keys() - untouched))
        )
    )
    session.execute(delete(Remediation).where(Remediation.id.in_(untouched)))
    action.details = {
        **action.details,
        "left_plans": [target for id_, target in plans.items() if id_ not in untouched],
    }
    for id_ in sorted(untouched):
        audit.record(
            session,
            access.actor,
            "project:remediation:take_back",
            plans[id_],
            project_id=access.project.id,
        )
    return left
