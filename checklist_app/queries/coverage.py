"""What scanners can say about each list, and what only a person can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, true
from sqlalchemy.orm import Session, aliased

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.reach import Figures, Reach, figures
from checklist_app.domain.vocabulary import Language, MappingKind
from checklist_app.models import GeneralCorrection, Mapping, Requirement, RequirementText
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
        section: identifier of the area it is in.
        tags: normalised tags that tools write.
        rules: for each tool, the names of its rules, as administrators corrected them.
        taken_away: rules such as ``zap:40018`` that administrators led away from here.
        no_cwe: why no CWE fits, where that was decided.
    """

    section: str
    identifier: str
    title: str
    cwes: tuple[int, ...]
    tags: tuple[str, ...]
    rules: dict[str, list[str]]
    taken_away: tuple[str, ...]
    scanners: tuple[str, ...]
    no_cwe: str

    @property
    def person_only(self) -> bool:
        """Whether no kind of tool can see it."""
        return not self.scanners


_Keys = dict[int, dict[MappingKind, list[str]]]
_Words = dict[int, dict[str, bool]]
"""For each requirement, the rules that administrators led there (True) or away from it."""


def coverage(session: Session, language: Language) -> list[Coverage]:
    """Return the figures of every list, in six queries."""
    leaves = _reaches(session)
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
    """Return the figures of one list, in five queries."""
    return figures(_reaches(session, standard_id)[standard_id], cwe_tree())


def covered_requirements(
    session: Session, standard_id: int, language: Language, area: str = ""
) -> list[CoveredRequirement]:
    """Return the requirements of a list with what leads to them, in order, in three queries.

    ``area`` is the identifier of a section; all of them if it is empty.
    """
    section = aliased(Requirement)
    query = (
        select(
            Requirement.id,
            section.identifier,
            Requirement.identifier,
            Requirement.scanners,
            Requirement.no_cwe,
            RequirementText.title,
        )
        .join(section, section.id == Requirement.parent_id)
        .join(RequirementText, worded(language))
        .where(Requirement.standard_id == standard_id, Requirement.is_leaf)
        .order_by(Requirement.position)
    )
    rows = session.execute(query.where(section.identifier == area) if area else query).all()
    keys = _keys(session, standard_id)
    said = _said(session, standard_id)
    return [
        CoveredRequirement(
            section=section_name,
            identifier=identifier,
            title=title,
            cwes=tuple(sorted(map(int, keys[id_][MappingKind.CWE]))),
            tags=tuple(sorted({*keys[id_][MappingKind.TAG], *keys[id_][MappingKind.CATEGORY]})),
            rules=_by_tool(_as_said(keys[id_][MappingKind.RULE], said[id_])),
            taken_away=tuple(sorted(rule for rule, leads in said[id_].items() if not leads)),
            scanners=tuple(scanners),
            no_cwe=(no_cwe or {}).get(language.value, ""),
        )
        for id_, section_name, identifier, scanners, no_cwe, title in rows
    ]


def _as_said(rules: Iterable[str], said: dict[str, bool]) -> set[str]:
    """Return the rules that lead to a requirement, in the library or by an administrator's word."""
    return {rule for rule in (*rules, *said) if said.get(rule, True)}


def _by_tool(rules: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for tool, _, rule in (key.partition(":") for key in sorted(rules)):
        found[tool].append(rule)
    return dict(found)


def _reaches(session: Session, standard_id: int | None = None) -> dict[int, list[Reach]]:
    """Return what leads to the requirements of one list or of all, by list; rules only counted."""
    of_list = [Requirement.is_leaf == true()]
    if standard_id is not None:
        of_list.append(Requirement.standard_id == standard_id)
    here = select(Requirement.id).where(*of_list)
    cwes: dict[int, set[int]] = defaultdict(set)
    for id_, key in session.execute(
        select(Mapping.requirement_id, Mapping.key).where(
            Mapping.kind == MappingKind.CWE, Mapping.requirement_id.in_(here)
        )
    ):
        cwes[id_].add(int(key))
    by_kind = select(Mapping.requirement_id).where(Mapping.requirement_id.in_(here)).distinct()
    tagged = set(
        session.scalars(by_kind.where(Mapping.kind.in_((MappingKind.TAG, MappingKind.CATEGORY))))
    )
    ruled = set(session.scalars(by_kind.where(Mapping.kind == MappingKind.RULE)))
    for id_, rules in _said(session, standard_id).items():
        # Only where somebody corrected something do the rules themselves have to be read.
        mapped = session.scalars(
            select(Mapping.key).where(
                Mapping.requirement_id == id_, Mapping.kind == MappingKind.RULE
            )
        )
        (ruled.add if _as_said(mapped, rules) else ruled.discard)(id_)
    found: dict[int, list[Reach]] = defaultdict(list)
    for list_id, id_, scanners in session.execute(
        select(Requirement.standard_id, Requirement.id, Requirement.scanners).where(*of_list)
    ):
        is_keyed = id_ in tagged or id_ in ruled
        found[list_id].append(Reach(frozenset(cwes[id_]), is_keyed, tuple(scanners)))
    return found


def _keys(session: Session, standard_id: int) -> _Keys:
    query = (
        select(Mapping.requirement_id, Mapping.kind, Mapping.key)
        .join(Requirement, Requirement.id == Mapping.requirement_id)
        .where(Requirement.standard_id == standard_id)
    )
    found: _Keys = defaultdict(lambda: {kind: [] for kind in MappingKind})
    for requirement_id, kind, key in session.execute(query):
        found[requirement_id][kind].append(key)
    return found


def _said(session: Session, standard_id: int | None = None) -> _Words:
    query = select(
        GeneralCorrection.requirement_id,
        GeneralCorrection.tool,
        GeneralCorrection.rule_id,
        GeneralCorrection.leads,
    )
    if standard_id is not None:
        query = query.join(Requirement, Requirement.id == GeneralCorrection.requirement_id).where(
            Requirement.standard_id == standard_id
        )
    found: _Words = defaultdict(dict)
    for requirement_id, tool, rule_id, leads in session.execute(query):
        found[requirement_id][f"{tool}:{rule_id}"] = leads
    return found
