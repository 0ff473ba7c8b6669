"""What scanners can say about each list, and what only a person can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.vocabulary import Language, MappingKind
from checklist_app.models import Mapping, Requirement, RequirementText, Standard
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class Coverage:
    """Figures of one list.

    Attributes:
        by_cwe: requirements that a CWE number leads to.
        by_tag: requirements that a tag or a tool's rule leads to.
        reachable: requirements that any of the three leads to.
        scanned: requirements that some kind of tool can see, whatever leads to them.
        person_only: requirements that no key leads to and no kind of tool can see.
        cwes: weaknesses of CWE that reach the list by their own number.
        cwes_with_ancestors: weaknesses that reach it, if only by an ancestor.
    """

    standard: str
    version: str
    name: str
    requirements: int
    by_cwe: int
    by_tag: int
    reachable: int
    scanned: int
    person_only: int
    cwes: int
    cwes_with_ancestors: int
    all_cwes: int


@dataclass(frozen=True, slots=True)
class CoveredRequirement:
    """One requirement: the keys that lead to it and the kinds of tools that can see it."""

    identifier: str
    title: str
    cwes: tuple[int, ...]
    keys: tuple[str, ...]
    scanners: tuple[str, ...]
    no_cwe: str

    @property
    def person_only(self) -> bool:
        """Whether nothing but a person can tell."""
        return not (self.cwes or self.keys or self.scanners)


def coverage(session: Session, language: Language) -> list[Coverage]:
    """Return the figures of every list, in three queries."""
    standards = session.scalars(select(Standard).order_by(Standard.key, Standard.version)).all()
    leaves: dict[int, dict[int, list[str]]] = defaultdict(dict)
    for standard_id, requirement_id, scanners in session.execute(
        select(Requirement.standard_id, Requirement.id, Requirement.scanners).where(
            Requirement.is_leaf
        )
    ):
        leaves[standard_id][requirement_id] = scanners
    keys = _keys(session)
    return [_figures(standard, leaves[standard.id], keys, language) for standard in standards]


def covered_requirements(
    session: Session, standard_id: int, language: Language
) -> list[CoveredRequirement]:
    """Return every requirement of a list with what leads to it, in order, in two queries."""
    keys = _keys(session, standard_id)
    rows = session.execute(
        select(Requirement, RequirementText.title)
        .join(RequirementText, worded(language))
        .where(Requirement.standard_id == standard_id, Requirement.is_leaf)
        .order_by(Requirement.position)
    )
    return [
        CoveredRequirement(
            identifier=requirement.identifier,
            title=title,
            cwes=tuple(sorted(_cwes(keys.get(requirement.id, ())))),
            keys=tuple(
                sorted(
                    key for kind, key in keys.get(requirement.id, ()) if kind is not MappingKind.CWE
                )
            ),
            scanners=tuple(requirement.scanners),
            no_cwe=(requirement.no_cwe or {}).get(language.value, ""),
        )
        for requirement, title in rows
    ]


def _figures(
    standard: Standard,
    leaves: dict[int, list[str]],
    keys: dict[int, set[tuple[MappingKind, str]]],
    language: Language,
) -> Coverage:
    by_cwe = {one for one in leaves if _cwes(keys.get(one, ()))}
    by_tag = {
        one for one in leaves if any(kind is not MappingKind.CWE for kind, _ in keys.get(one, ()))
    }
    scanned = {one for one, scanners in leaves.items() if scanners}
    numbers = {number for one in leaves for number in _cwes(keys.get(one, ()))}
    tree = cwe_tree()
    return Coverage(
        standard=standard.key,
        version=standard.version,
        name=standard.texts[language.value]["name"],
        requirements=len(leaves),
        by_cwe=len(by_cwe),
        by_tag=len(by_tag),
        reachable=len(by_cwe | by_tag),
        scanned=len(scanned),
        person_only=len(leaves.keys() - by_cwe - by_tag - scanned),
        cwes=len(numbers.intersection(tree.live)),
        cwes_with_ancestors=sum(bool(tree.nearest(one, numbers)) for one in tree.live),
        all_cwes=len(tree.live),
    )


def _keys(
    session: Session, standard_id: int | None = None
) -> dict[int, set[tuple[MappingKind, str]]]:
    query = select(Mapping.requirement_id, Mapping.kind, Mapping.key)
    if standard_id is not None:
        query = query.join(Requirement, Requirement.id == Mapping.requirement_id).where(
            Requirement.standard_id == standard_id
        )
    found: dict[int, set[tuple[MappingKind, str]]] = defaultdict(set)
    for requirement_id, kind, key in session.execute(query):
        found[requirement_id].add((kind, key))
    return found


def _cwes(keys: Iterable[tuple[MappingKind, str]]) -> set[int]:
    return {int(key) for kind, key in keys if kind is MappingKind.CWE}
