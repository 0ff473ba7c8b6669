"""The library of standards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.standards import version_order
from checklist_app.domain.vocabulary import Language, StandardOrigin
from checklist_app.models import Requirement, RequirementText, Standard
from checklist_app.queries.wording import worded

DEFAULT_KEY = "owasp-base"
"""The list that a project starts with when nobody chooses another."""


@dataclass(frozen=True, slots=True)
class StandardCard:
    """A standard in the library.

    Attributes:
        by_level: how many requirements each level adds; empty where there are no levels.
        entry_count: entries of the official list: its requirements, or the categories that we
            elaborated into ours.
        languages: those in which every requirement is really worded.
    """

    id: int
    key: str
    version: str
    name: str
    summary: str
    licence: str
    attribution: str
    provenance: str
    source_url: str
    requirement_count: int
    by_level: Mapping[int, int]
    entry_count: int
    origin: StandardOrigin
    languages: tuple[str, ...]

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels of the standard, ascending."""
        return tuple(sorted(self.by_level))


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """A requirement in its standard."""

    identifier: str
    title: str
    statement: str
    level: int | None
    is_section: bool
    cwes: list[int]
    scanners: list[str]


def standards_in_order(session: Session) -> list[Standard]:
    """Return the editions: the default list first, then by key, later ones before older ones."""
    newest_first = sorted(
        session.scalars(select(Standard)), key=lambda row: version_order(row.version), reverse=True
    )
    return sorted(newest_first, key=lambda row: (row.key != DEFAULT_KEY, row.key))


def standard_cards(session: Session, language: Language) -> list[StandardCard]:
    """Return the library: the default list first, then by name, later editions before older."""
    return _cards(session, standards_in_order(session), language)


def _cards(session: Session, rows: list[Standard], language: Language) -> list[StandardCard]:
    ids = [row.id for row in rows]
    counts: dict[int, Counter[int | None]] = defaultdict(Counter)
    for standard_id, level, number in session.execute(
        select(Requirement.standard_id, Requirement.level, func.count())
        .where(Requirement.is_leaf, Requirement.standard_id.in_(ids))
        .group_by(Requirement.standard_id, Requirement.level)
    ):
        counts[standard_id][level] = number
    categories = _categories(session, ids)
    worded_in = _complete_languages(session, ids)
    return [
        StandardCard(
            id=row.id,
            key=row.key,
            version=row.version,
            licence=row.licence,
            source_url=row.source_url,
            requirement_count=counts[row.id].total(),
            by_level={level: number for level, number in counts[row.id].items() if level},
            entry_count=categories.get(row.id, 0) if row.is_elaborated else counts[row.id].total(),
            origin=row.origin,
            languages=tuple(
                one
                for one in row.languages
                if worded_in.get((row.id, one), 0) == counts[row.id].total()
            ),
            **row.texts[language.value],
        )
        for row in rows
    ]


def _categories(session: Session, ids: list[int]) -> dict[int, int]:
    """Return how many sections of each standard hold requirements."""
    rows = session.execute(
        select(Requirement.standard_id, func.count(Requirement.parent_id.distinct()))
        .where(Requirement.is_leaf, Requirement.standard_id.in_(ids))
        .group_by(Requirement.standard_id)
    )
    return {row[0]: row[1] for row in rows}


def _complete_languages(session: Session, ids: list[int]) -> dict[tuple[int, str], int]:
    """Return how many requirements of a standard have title and statement in a language."""
    rows = session.execute(
        select(Requirement.standard_id, RequirementText.language, func.count())
        .join(RequirementText, RequirementText.requirement_id == Requirement.id)
        .where(
            Requirement.is_leaf,
            Requirement.standard_id.in_(ids),
            RequirementText.title != "",
            RequirementText.statement != "",
        )
        .group_by(Requirement.standard_id, RequirementText.language)
    )
    return {(standard_id, language.value): number for standard_id, language, number in rows}


def standard_card(session: Session, key: str, version: str, language: Language) -> StandardCard:
    """Return one standard, or raise NotFound."""
    row = session.scalar(select(Standard).where(Standard.key == key, Standard.version == version))
    if row is None:
        raise NotFound
    return _cards(session, [row], language)[0]


def requirement_lines(
    session: Session, standard_id: int, language: Language
) -> list[RequirementLine]:
    """Return the requirements of a standard with their sections, in order."""
    rows = session.execute(
        select(Requirement, RequirementText.title, RequirementText.statement)
        .join(
            RequirementText,
            worded(language),
        )
        .where(Requirement.standard_id == standard_id)
        .order_by(Requirement.position)
    )
    return [
        RequirementLine(
            requirement.identifier,
            title,
            statement,
            requirement.level,
            not requirement.is_leaf,
            requirement.cwes,
            requirement.scanners,
        )
        for requirement, title, statement in rows
    ]
