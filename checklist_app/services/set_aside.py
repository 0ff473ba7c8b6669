"""Where findings would lead that a person set aside: what a report tells beside what counts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Project,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.queries.snapshot_findings import SetAside, holds
from checklist_app.services.kind_routes import Kind, KindRoutes


def set_aside_by_item(
    session: Session, project: Project, checklist: Checklist, today: date
) -> SetAside:
    """Return, for items of a checklist, the findings that speak to them no more by a mark.

    They are led as findings are led today, also in a checklist that is signed off. What was marked
    after the sign-off still stands among its findings, and is not told a second time.
    """
    rows = session.execute(
        select(Finding.id, Finding.tool, Finding.rule_id, Finding.cwes, Finding.tags)
        .where(Finding.project_id == project.id, holds(today))
        .order_by(Finding.severity_rank, Finding.id)
    ).all()
    if not rows:
        return {}
    kinds = [(row.id, Kind.of(row.tool, row.rule_id, row.cwes, row.tags)) for row in rows]
    routes = KindRoutes(session, project, checklist)
    present = _present(session, checklist)
    found: dict[int, list[int]] = defaultdict(list)
    routes.learn({kind for _, kind in kinds})
    for id_, kind in kinds:
        for route in routes.of(kind):
            if (route.item_id, id_) not in present:
                found[route.item_id].append(id_)
    return dict(found)


def _present(session: Session, checklist: Checklist) -> set[tuple[int, int]]:
    """Return the items and findings that are linked although a mark holds."""
    rows = session.execute(
        select(Suggestion.item_id, SuggestionFinding.finding_id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(Finding, Finding.id == SuggestionFinding.finding_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .where(ChecklistItem.checklist_id == checklist.id, Finding.mark.is_not(None))
    )
    return {(item_id, finding_id) for item_id, finding_id in rows}
