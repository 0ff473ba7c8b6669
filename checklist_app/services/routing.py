"""From the keys of findings to items: by what requirements name, or by the nearest ancestors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.cwe_tree import Reached
from checklist_app.domain.vocabulary import ChecklistStatus, Confidence, MappingKind
from checklist_app.models import Checklist, ChecklistItem, Mapping, Project, Requirement

BATCH = 1000
MOST_KEYS_KEPT = 50_000
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Route:
    """The way from a key to an item; ``depth`` counts the steps up the CWE tree."""

    standard_id: int
    kind: MappingKind
    item_id: int
    via: str
    depth: int
    confidence: Confidence

    @property
    def weight(self) -> tuple[bool, int]:
        """The smaller, the better: an exact and certain route first."""
        return self.confidence is Confidence.WEAK, self.depth


def most_exact(routes: Iterable[Route]) -> list[Route]:
    """Return the routes of one finding without those that say less than others do.

    The tag of a whole category counts only in a list into which nothing else leads.
    """
    found = list(routes)
    exact = {route.standard_id for route in found if route.kind is not MappingKind.CATEGORY}
    return [
        route
        for route in found
        if route.kind is not MappingKind.CATEGORY or route.standard_id not in exact
    ]


def routed_keys(
    session: Session, keys: Iterable[tuple[MappingKind, str]]
) -> set[tuple[MappingKind, str]]:
    """Return those keys that speak to some requirement of the library, if only by an ancestor."""
    keys = set(keys)
    found = {
        (kind, key)
        for kind, names in _by_kind(keys).items()
        for batch in batches(names)
        for key in session.scalars(
            select(Mapping.key).where(Mapping.kind == kind, Mapping.key.in_(batch)).distinct()
        )
    }
    left = {key for key in keys if key[0] is MappingKind.CWE and key not in found}
    if left:
        mapped = session.scalars(
            select(Mapping.key).where(Mapping.kind == MappingKind.CWE).distinct()
        )
        known = {int(key) for key in mapped}
        found |= {key for key in left if cwe_tree().nearest(int(key[1]), known)}
    return found


class RoutedKeys:
    """Which keys speak to some requirement; each is asked for once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[MappingKind, str], bool] = {}

    def learn(self, keys: set[tuple[MappingKind, str]]) -> None:
        """Find out about keys that were not asked for yet."""
        if len(self._known) > MOST_KEYS_KEPT:
            self._known.clear()
        unknown = keys - self._known.keys()
        if unknown:
            routed = routed_keys(self._session, unknown)
            self._known.update((key, key in routed) for key in unknown)

    def has_any(self, keys: Iterable[tuple[MappingKind, str]]) -> bool:
        """Whether one of these keys, all of them learned last, speaks to a requirement."""
        return any(self._known[key] for key in keys)


def within(project: Project, checklist: Checklist | None = None) -> ColumnElement[bool]:
    """Return the condition of the checklists that are looked at: one, or all open ones."""
    if checklist is not None:
        return and_(Checklist.project_id == project.id, Checklist.id == checklist.id)
    return and_(Checklist.project_id == project.id, Checklist.status == ChecklistStatus.OPEN)


def routes_to_items(
    session: Session, looked_at: ColumnElement[bool], keys: set[tuple[MappingKind, str]]
) -> dict[tuple[MappingKind, str], list[Route]]:
    """Return, for each key, the items that it speaks to in the checklists that are looked at.

    A weakness that no requirement of a list names reaches it through its nearest ancestor that one
    names; such a route is weak, however exact the ancestor is.
    """
    routes: dict[tuple[MappingKind, str], list[Route]] = defaultdict(list)
    others = {key for key in keys if key[0] is not MappingKind.CWE}
    for kind, key, standard_id, confidence, item_id in _mapped_items(session, looked_at, others):
        routes[kind, key].append(Route(standard_id, kind, item_id, key, 0, confidence))
    ways = _ways(session, looked_at, {int(key) for kind, key in keys if kind is MappingKind.CWE})
    reached = {
        (MappingKind.CWE, str(way.via))
        for found in ways.values()
        for nearest in found.values()
        for way in nearest
    }
    items: dict[tuple[int, int], list[tuple[int, Confidence]]] = defaultdict(list)
    for _, key, standard_id, confidence, item_id in _mapped_items(session, looked_at, reached):
        items[standard_id, int(key)].append((item_id, confidence))
    for cwe, found in ways.items():
        for standard_id, nearest in found.items():
            routes[MappingKind.CWE, str(cwe)].extend(
                Route(
                    standard_id,
                    MappingKind.CWE,
                    item_id,
                    f"CWE-{way.via}",
                    way.depth,
                    Confidence.WEAK if way.depth else confidence,
                )
                for way in nearest
                for item_id, confidence in items[standard_id, way.via]
            )
    return routes


def _ways(
    session: Session, looked_at: ColumnElement[bool], cwes: set[int]
) -> dict[int, dict[int, tuple[Reached, ...]]]:
    """Return, for each weakness, how it reaches each standard of these checklists."""
    known: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(Requirement.standard_id, Mapping.key)
        .join(Mapping, Mapping.requirement_id == Requirement.id)
        .where(
            Mapping.kind == MappingKind.CWE,
            Requirement.standard_id.in_(select(Checklist.standard_id).where(looked_at)),
        )
        .distinct()
    )
    for standard_id, key in rows:
        known[standard_id].add(int(key))
    tree = cwe_tree()
    return {
        cwe: {
            standard_id: nearest
            for standard_id, numbers in known.items()
            if (nearest := tree.nearest(cwe, numbers))
        }
        for cwe in cwes
    }


def _mapped_items(
    session: Session, looked_at: ColumnElement[bool], keys: Iterable[tuple[MappingKind, str]]
) -> Iterator[tuple[MappingKind, str, int, Confidence, int]]:
    """Yield kind, key, standard, confidence and item for keys that requirements name."""
    for kind, names in _by_kind(keys).items():
        for batch in batches(names):
            rows = session.execute(
                select(Mapping.key, Checklist.standard_id, Mapping.confidence, ChecklistItem.id)
                .join(ChecklistItem, ChecklistItem.requirement_id == Mapping.requirement_id)
                .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
                .where(looked_at, Mapping.kind == kind, Mapping.key.in_(batch))
            )
            for key, standard_id, confidence, item_id in rows:
                yield kind, key, standard_id, confidence, item_id


def _by_kind(keys: Iterable[tuple[MappingKind, str]]) -> dict[MappingKind, list[str]]:
    grouped: dict[MappingKind, list[str]] = defaultdict(list)
    for kind, key in sorted(keys):
        grouped[kind].append(key)
    return grouped


def batches(values: Sequence[_Value]) -> Iterable[Sequence[_Value]]:
    """Cut a list into parts that one statement can take."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
