"""Where people have said that the findings of a rule lead in their project, and where not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.findings import tool_key
from checklist_app.domain.vocabulary import ChecklistStatus, Confidence, MappingKind
from checklist_app.models import Checklist, ChecklistItem, Project, RouteCorrection
from checklist_app.services.routing import Route

Rule = tuple[str, str]
"""Display name of a tool, and its name for the rule."""


@dataclass(frozen=True, slots=True)
class CorrectedRoutes:
    """The corrections of a project, by rule, in the items of its open checklists."""

    added: Mapping[Rule, list[Route]]
    refused: Mapping[Rule, set[int]]

    def applied(self, rule: Rule, routes: Iterable[Route]) -> Iterator[Route]:
        """Yield the routes of a finding of ``rule`` as people want them."""
        refused: AbstractSet[int] = self.refused.get(rule, frozenset())
        yield from (route for route in routes if route.item_id not in refused)
        yield from self.added.get(rule, ())


def corrected_routes(session: Session, project: Project) -> CorrectedRoutes:
    """Return what people corrected in a project, as routes to items of its open checklists."""
    rows = session.execute(
        select(
            RouteCorrection.tool,
            RouteCorrection.rule_id,
            RouteCorrection.leads,
            Checklist.standard_id,
            ChecklistItem.id,
        )
        .join(ChecklistItem, ChecklistItem.requirement_id == RouteCorrection.requirement_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(
            RouteCorrection.project_id == project.id,
            Checklist.project_id == project.id,
            Checklist.status == ChecklistStatus.OPEN,
        )
    )
    added: dict[Rule, list[Route]] = defaultdict(list)
    refused: dict[Rule, set[int]] = defaultdict(set)
    for tool, rule_id, leads, standard_id, item_id in rows:
        if leads:
            via = f"{tool_key(tool)}:{rule_id}"[:140]
            added[tool, rule_id].append(
                Route(standard_id, MappingKind.RULE, item_id, via, 0, Confidence.STRONG)
            )
        else:
            refused[tool, rule_id].add(item_id)
    return CorrectedRoutes(added, refused)


def rules_led_somewhere(session: Session, project: Project) -> set[Rule]:
    """Return the rules that people have led to some requirement."""
    rows = session.execute(
        select(RouteCorrection.tool, RouteCorrection.rule_id).where(
            RouteCorrection.project_id == project.id, RouteCorrection.leads
        )
    )
    return {(tool, rule_id) for tool, rule_id in rows}
