"""What scanners can say about each list, and what only a person can."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.reach import Figures, Reach, figures
from checklist_app.domain.vocabulary import Language, MappingKind
from checklist_app.models import Mapping, Requirement, RequirementText
from checklist_app.queries.standards import standards_in_order
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class Coverage:
    """Figures of one list."""

    standard: str
    version: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class CoveredRequirement:
    """One requirement: the keys that lead to it and the kinds of tools that can see it.

    Attributes:
        tags: normalised tags that tools write.
        rules: for each tool, the names of its rules.
        no_cwe: why no CWE fits, where that was decided.
    """

    identifier: str
    title: str
    cwes: tuple[int, ...]
    tags: tuple[str, ...]
    rules: dict[str, list[str]]
    scanners: tuple[str, ...]
    no_cwe: str

    @property
    def person_only(self) -> bool:
        """Whether no kind of tool can see it."""
        return not self.scanners


_Keys = dict[int, dict[MappingKind, list[str]]]


def coverage(session: Session, language: Language) -> list[Coverage]:
    """Return the figures of every list, in three queries."""
    keys = _keys(session)
    leaves: dict[int, list[Reach]] = defaultdict(list)
    for standard_id, requirement_id, scanners in session.execute(
        select(Requirement.standard_id, Requirement.id, Requirement.scanners).where(
            Requirement.is_leaf
        )
    ):
        leaves[standard_id].append(_reach(keys[requirement_id], scanners))
    tree = cwe_tree()
    return [
        Coverage(
            standard=standard.key,
            version=standard.version,
            name=standard.texts[language.value]["name"],
            figures=figures(leaves[standard.id], tree),
        )
        for standard in standards_in_order(session)
    ]


def figures_of(session: Session, standard_id: int) -> Figures:
    """Return the figures of one list, in two queries."""
    keys = _keys(session, standard_id)
    rows = session.execute(
        select(Requirement.id, Requirement.scanners).where(
            Requirement.standard_id == standard_id, Requirement.is_leaf
        )
    )
    return figures([_reach(keys[id_], scanners) for id_, scanners in rows], cwe_tree())


def covered_requirements(
    session: Session, standard_id: int, language: Language
) -> list[CoveredRequirement]:
    """Return every requirement of a list with what leads to it, in order, in two queries."""
    keys = _keys(session, standard_id)
    rows = session.execute(
        select(
            Requirement.id,
            Requirement.identifier,
            Requirement.scanners,
            Requirement.no_cwe,
            RequirementText.title,
        )
        .join(RequirementText, worded(language))
        .where(Requirement.standard_id == standard_id, Requirement.is_leaf)
        .order_by(Requirement.position)
    )
    return [
        CoveredRequirement(
            identifier=identifier,
            title=title,
            cwes=tuple(sorted(map(int, keys[id_][MappingKind.CWE]))),
            tags=tuple(sorted({*keys[id_][MappingKind.TAG], *keys[id_][MappingKind.CATEGORY]})),
            rules=_by_tool(keys[id_][MappingKind.RULE]),
            scanners=tuple(scanners),
            no_cwe=(no_cwe or {}).get(language.value, ""),
        )
        for id_, identifier, scanners, no_cwe, title in rows
    ]


def _by_tool(rules: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for tool, _, rule in (key.partition(":") for key in sorted(rules)):
        found[tool].append(rule)
    return dict(found)


def _reach(keys: dict[MappingKind, list[str]], scanners: list[str]) -> Reach:
    return Reach(
        cwes=frozenset(map(int, keys[MappingKind.CWE])),
        keys=frozenset(
            key
            for kind in (MappingKind.TAG, MappingKind.RULE, MappingKind.CATEGORY)
            for key in keys[kind]
        ),
        scanners=tuple(scanners),
    )


def _keys(session: Session, standard_id: int | None = None) -> _Keys:
    query = select(Mapping.requirement_id, Mapping.kind, Mapping.key)
    if standard_id is not None:
        query = query.join(Requirement, Requirement.id == Mapping.requirement_id).where(
            Requirement.standard_id == standard_id
        )
    found: _Keys = defaultdict(lambda: {kind: [] for kind in MappingKind})
    for requirement_id, kind, key in session.execute(query):
        found[requirement_id][kind].append(key)
    return found
