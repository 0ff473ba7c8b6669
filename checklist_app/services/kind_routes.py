"""Where findings lead, found out once for all findings of a kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from checklist_app.domain.findings import keys_of
from checklist_app.domain.vocabulary import MappingKind
from checklist_app.models import Checklist, Project
from checklist_app.services.corrected_routes import Rule, corrected_routes
from checklist_app.services.routing import Route, most_exact, routes_to_items, within

MOST_KINDS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Kind:
    """What findings have in common that lead to the same items."""

    rule: Rule
    keys: tuple[tuple[MappingKind, str], ...]

    @classmethod
    def of(cls, tool: str, rule_id: str, cwes: Iterable[int], tags: Iterable[str]) -> Kind:
        """Return the kind of a finding that is known by these facts."""
        return cls((tool, rule_id), keys_of(tool, rule_id, cwes, tags))


class KindRoutes:
    """The best route of each kind to each item, in one checklist or in all open ones."""

    def __init__(
        self, session: Session, project: Project, checklist: Checklist | None = None
    ) -> None:
        self._session = session
        self._looked_at = within(project, checklist)
        self._corrections = corrected_routes(session, project, self._looked_at)
        self._routes: dict[Kind, list[Route]] = {}

    def learn(self, kinds: Iterable[Kind]) -> None:
        """Find out about kinds that were not asked for yet."""
        if len(self._routes) > MOST_KINDS_KEPT:
            self._routes.clear()
        unknown = set(kinds) - self._routes.keys()
        if not unknown:
            return
        keys = {key for kind in unknown for key in kind.keys}
        by_key = routes_to_items(self._session, self._looked_at, keys)
        for kind in unknown:
            mapped = (route for key in kind.keys for route in by_key.get(key, ()))
            best: dict[int, Route] = {}
            for route in most_exact(self._corrections.applied(kind.rule, mapped)):
                known = best.get(route.item_id)
                if known is None or route.weight < known.weight:
                    best[route.item_id] = route
            self._routes[kind] = list(best.values())

    def of(self, kind: Kind) -> list[Route]:
        """Return the routes of a kind that was learned last."""
        return self._routes[kind]
