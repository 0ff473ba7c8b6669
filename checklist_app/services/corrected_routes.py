"""Where people have said that the findings of a rule lead, and where not: here, or everywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from checklist_app.domain.findings import tool_key
from checklist_app.domain.vocabulary import Confidence, MappingKind
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    GeneralCorrection,
    Project,
    RouteCorrection,
)
from checklist_app.services.routing import Route

Rule = tuple[str, str]
"""Display name of a tool, and its name for the rule."""
_Decided = Mapping[Rule, Mapping[int, Route | None]]
"""For each rule and item, the route that people gave it; None where it does not lead there."""


@dataclass(frozen=True, slots=True)
class CorrectedRoutes:
    """The corrections that hold for a project, by rule, in the items of its open checklists.

    Those of the project itself outrank the general ones, whose tools go by their key.
    """

    own: _Decided
    general: _Decided

    def applied(self, rule: Rule, routes: Iterable[Route]) -> Iterator[Route]:
        """Yield the routes of a finding of ``rule`` as people want them."""
        tool, rule_id = rule
        general = self.general.get((tool_key(tool), rule_id), {})
        decided = {**general, **self.own.get(rule, {})}
        yield from (route for route in routes if decided.get(route.item_id, route) is not None)
        yield from (route for route in decided.values() if route is not None)


@dataclass(frozen=True, slots=True)
class LedRules:
    """The rules that people have led to some requirement, in a project or everywhere."""

    own: frozenset[Rule]
    general: frozenset[Rule]

    def __contains__(self, rule: Rule) -> bool:
        """Whether findings of a rule lead anywhere by somebody's word."""
        tool, rule_id = rule
        return rule in self.own or (tool_key(tool), rule_id) in self.general


def corrected_routes(
    session: Session, project: Project, looked_at: ColumnElement[bool]
) -> CorrectedRoutes:
    """Return what people corrected, as routes to items of the checklists that are looked at."""
    own = RouteCorrection.project_id == project.id
    return CorrectedRoutes(
        own=_decided(session, RouteCorrection, looked_at, own),
        general=_decided(session, GeneralCorrection, looked_at),
    )


def _decided(
    session: Session,
    table: type[RouteCorrection | GeneralCorrection],
    *wanted: ColumnElement[bool],
) -> _Decided:
    query = (
        select(
            table.tool,
            table.rule_id,
            table.leads,
            Checklist.standard_id,
            ChecklistItem.id,
        )
        .join(ChecklistItem, ChecklistItem.requirement_id == table.requirement_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(*wanted)
    )
    decided: dict[Rule, dict[int, Route | None]] = defaultdict(dict)
    for tool, rule_id, leads, standard_id, item_id in session.execute(query):
        via = f"{tool_key(tool)}:{rule_id}"[:140]
        route = Route(standard_id, MappingKind.RULE, item_id, via, 0, Confidence.STRONG)
        decided[tool, rule_id][item_id] = route if leads else None
    return decided


def rules_led_somewhere(session: Session, project: Project) -> LedRules:
    """Return the rules that people have led to some requirement."""
    own = session.execute(
        select(RouteCorrection.tool, RouteCorrection.rule_id).where(
            RouteCorrection.project_id == project.id, RouteCorrection.leads
        )
    )
    general = session.execute(
        select(GeneralCorrection.tool, GeneralCorrection.rule_id).where(GeneralCorrection.leads)
    )
    return LedRules(
        own=frozenset((tool, rule_id) for tool, rule_id in own),
        general=frozenset((tool, rule_id) for tool, rule_id in general),
    )
