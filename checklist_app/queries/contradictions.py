"""Verdicts of a project's lists that cannot both be true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from checklist_app.domain.crosswalk import HUB, contradict
from checklist_app.domain.vocabulary import Language, Outcome, Relation
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Requirement,
    RequirementLink,
    RequirementText,
    Standard,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.live_checklists import is_live
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class Side:
    """One of two items that contradict each other."""

    checklist_number: int
    checklist_name: str
    identifier: str
    title: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two items; ``relation`` is how the first one's requirement stands to the other's.

    ``through`` is the requirement of ASVS that both are the same as, empty when linked directly.
    """

    one: Side
    other: Side
    relation: Relation
    through: str


@dataclass(frozen=True, slots=True)
class _Assessed:
    item_id: int
    checklist_id: int
    outcome: Outcome


_Pair = tuple[_Assessed, _Assessed, Relation, int | None]


def contradiction_count(session: Session, access: ProjectAccess) -> int:
    """Return how many pairs contradict each other, in three queries at most."""
    return len(_pairs(session, access))


def contradictions(
    session: Session, access: ProjectAccess, language: Language
) -> list[Contradiction]:
    """Return the pairs of items that contradict each other, by checklist and position."""
    pairs = _pairs(session, access)
    items = {side.item_id for one, other, _, _ in pairs for side in (one, other)}
    hubs = {hub for *_, hub in pairs if hub is not None}
    rows = session.execute(
        select(
            ChecklistItem.id,
            Checklist.number,
            Checklist.name,
            Requirement.identifier,
            RequirementText.title,
            ChecklistItem.outcome,
            ChecklistItem.position,
        )
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(RequirementText, worded(language))
        .where(ChecklistItem.id.in_(items))
    ).all()
    sides = {
        row[0]: Side(row[1], row[2], row[3], row[4], row[5]) for row in rows if row[5] is not None
    }
    places = {row[0]: (row[1], row[6]) for row in rows}
    named = select(Requirement.id, Requirement.identifier).where(Requirement.id.in_(hubs))
    names = {row[0]: row[1] for row in session.execute(named)}
    pairs.sort(key=lambda pair: (places[pair[0].item_id], places[pair[1].item_id]))
    return [
        Contradiction(sides[one.item_id], sides[other.item_id], relation, names.get(hub or 0, ""))
        for one, other, relation, hub in pairs
    ]


def _pairs(session: Session, access: ProjectAccess) -> list[_Pair]:
    live = is_live(access.project.id)
    if (session.scalar(select(func.count()).select_from(Checklist).where(live)) or 0) < 2:
        return []
    assessed: dict[int, list[_Assessed]] = defaultdict(list)
    rows = session.execute(
        select(
            ChecklistItem.requirement_id,
            ChecklistItem.id,
            ChecklistItem.checklist_id,
            ChecklistItem.outcome,
        )
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(live, ChecklistItem.outcome.is_not(None))
    )
    for requirement_id, item_id, checklist_id, outcome in rows:
        if outcome is not None:
            assessed[requirement_id].append(_Assessed(item_id, checklist_id, outcome))
    found: dict[tuple[int, int], _Pair] = {}
    for pair in (*_direct(session, assessed), *_through_hub(session, assessed)):
        found.setdefault((pair[0].item_id, pair[1].item_id), pair)
    return list(found.values())


def _direct(session: Session, assessed: dict[int, list[_Assessed]]) -> Iterator[_Pair]:
    links = session.execute(
        select(RequirementLink.from_id, RequirementLink.to_id, RequirementLink.relation).where(
            RequirementLink.relation != Relation.RELATED
        )
    )
    for from_id, to_id, relation in links:
        for one in assessed.get(from_id, ()):
            for other in assessed.get(to_id, ()):
                yield from _judged(one, other, relation, None)


def _through_hub(session: Session, assessed: dict[int, list[_Assessed]]) -> Iterator[_Pair]:
    hub_end = (
        select(Requirement.id)
        .join(Standard, Standard.id == Requirement.standard_id)
        .where(Standard.key == HUB)
    )
    around: dict[int, set[int]] = defaultdict(set)
    links = session.execute(
        select(RequirementLink.from_id, RequirementLink.to_id).where(
            and_(
                RequirementLink.relation == Relation.SAME,
                RequirementLink.from_id.in_(hub_end) | RequirementLink.to_id.in_(hub_end),
            )
        )
    )
    for from_id, to_id in links:
        around[from_id].add(to_id)
        around[to_id].add(from_id)
    hubs = set(session.scalars(hub_end.where(Requirement.id.in_(around)))) if around else set()
    for hub in sorted(hubs):
        for one_id, other_id in combinations(sorted(around[hub] - hubs), 2):
            for one in assessed.get(one_id, ()):
                for other in assessed.get(other_id, ()):
                    yield from _judged(one, other, Relation.SAME, hub)


def _judged(
    one: _Assessed, other: _Assessed, relation: Relation, hub: int | None
) -> Iterator[_Pair]:
    """Yield the pair if it contradicts, the item of the older checklist first."""
    if one.checklist_id == other.checklist_id:
        return
    if not contradict(one.outcome, relation, other.outcome):
        return
    if one.checklist_id < other.checklist_id:
        yield one, other, relation, hub
    else:
        yield other, one, relation.inverse, hub
