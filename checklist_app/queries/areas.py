"""Area by area: what tools can see of a list, which tools those are, and what none can prove."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.standards import ScannerKind
from checklist_app.domain.vocabulary import Language
from checklist_app.models import Requirement, RequirementText
from checklist_app.queries.coverage import CoveredRequirement, covered_requirements
from checklist_app.queries.wording import worded
from checklist_app.scanners.kinds import FORMATS, OTHERS, TOOLS
from checklist_app.scanners.table import PARSERS


@dataclass(frozen=True, slots=True)
class Area:
    """A section of a list, its requirements sorted by what tools can say of them.

    Attributes:
        seen: a kind of tool looks for it: findings accuse, and silence supports a pass.
        accused: rules of tools lead there, but no silence proves anything.
        by_hand: no scanner can prove it; only a person can tell.
        tools: for each kind of tool that sees something here, the tools whose reports are read.
        accusers: for each requirement of ``accused``, the tools with such rules.
    """

    identifier: str
    title: str
    seen: tuple[CoveredRequirement, ...]
    accused: tuple[CoveredRequirement, ...]
    by_hand: tuple[CoveredRequirement, ...]
    tools: Mapping[ScannerKind, tuple[str, ...]]
    accusers: Mapping[str, tuple[str, ...]]

    @property
    def total(self) -> int:
        """How many requirements it has."""
        return len(self.seen) + len(self.accused) + len(self.by_hand)


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a list that holds requirements; ``chapter`` is empty where it stands alone."""

    identifier: str
    title: str
    chapter: str
    chapter_title: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Sections that belong together, or one that stands alone."""

    identifier: str
    title: str
    areas: tuple[Area, ...]

    @property
    def total(self) -> int:
        """How many requirements it has."""
        return sum(area.total for area in self.areas)

    @property
    def seen(self) -> int:
        """How many of them a kind of tool looks for."""
        return sum(len(area.seen) for area in self.areas)


def sections(session: Session, standard_id: int, language: Language) -> dict[str, Section]:
    """Return the sections of a list that hold requirements, by identifier, in order."""
    leaf, above, above_text = aliased(Requirement), aliased(Requirement), aliased(RequirementText)
    rows = session.execute(
        select(Requirement.identifier, RequirementText.title, above.identifier, above_text.title)
        .join(RequirementText, worded(language))
        .outerjoin(above, above.id == Requirement.parent_id)
        .outerjoin(above_text, worded(language, above_text, above.id))
        .where(
            Requirement.standard_id == standard_id,
            Requirement.id.in_(
                select(leaf.parent_id).where(leaf.standard_id == standard_id, leaf.is_leaf)
            ),
        )
        .order_by(Requirement.position)
    )
    return {
        name: Section(name, title, chapter or "", chapter_title or "")
        for name, title, chapter, chapter_title in rows
    }


def chapters(session: Session, standard_id: int, language: Language) -> list[Chapter]:
    """Return what tools can see of a list, chapter by chapter in order, in four queries."""
    members: dict[str, list[CoveredRequirement]] = defaultdict(list)
    for requirement in covered_requirements(session, standard_id, language):
        members[requirement.section].append(requirement)
    known = sections(session, standard_id, language)
    found: dict[str, list[Area]] = defaultdict(list)
    for name, inside in members.items():
        found[known[name].chapter or name].append(_area(name, known[name].title, inside))
    titles = {one.chapter: one.chapter_title for one in known.values() if one.chapter}
    return [
        Chapter(name, titles.get(name) or inside[0].title, tuple(inside))
        for name, inside in found.items()
    ]


def tools_of(kind: ScannerKind) -> tuple[str, ...]:
    """Return the tools of a kind whose reports are read, by the names that people use."""
    titles = {parser.format: parser.title.partition(" (")[0] for parser in PARSERS}
    own = {titles[name] for name, kinds in FORMATS.items() if kind in kinds}
    others = {title for name, title in OTHERS.items() if kind in TOOLS[name]}
    return tuple(sorted(own | others, key=str.casefold))


def _area(identifier: str, title: str, inside: list[CoveredRequirement]) -> Area:
    seen = tuple(one for one in inside if one.scanners)
    accused = tuple(one for one in inside if not one.scanners and one.rules)
    kinds = sorted({ScannerKind(kind) for one in seen for kind in one.scanners})
    return Area(
        identifier=identifier,
        title=title,
        seen=seen,
        accused=accused,
        by_hand=tuple(one for one in inside if not one.scanners and not one.rules),
        tools={kind: tools_of(kind) for kind in kinds},
        accusers={one.identifier: tuple(sorted(one.rules)) for one in accused},
    )
