"""The library of standards."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.vocabulary import Language
from checklist_app.models import Requirement, RequirementText, Standard
from checklist_app.queries.wording import worded

DEFAULT_KEY = "owasp-base"
"""The list that a project starts with when nobody chooses another."""


@dataclass(frozen=True, slots=True)
class StandardCard:
    """A standard in the library. ``levels`` is empty where the standard has none."""

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
    levels: tuple[int, ...]


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


def standard_cards(session: Session, language: Language) -> list[StandardCard]:
    """Return the library: the default list first, then by name, later editions before older."""
    counts = {
        row.standard_id: row.number
        for row in session.execute(
            select(Requirement.standard_id, func.count().label("number"))
            .where(Requirement.is_leaf)
            .group_by(Requirement.standard_id)
        )
    }
    levels: dict[int, list[int]] = {}
    for standard_id, level in session.execute(
        select(Requirement.standard_id, Requirement.level)
        .where(Requirement.level.is_not(None))
        .distinct()
    ):
        levels.setdefault(standard_id, []).append(level or 0)
    rows = sorted(
        session.scalars(select(Standard).order_by(Standard.id.desc())),
        key=lambda row: (row.key != DEFAULT_KEY, row.key),
    )
    return [
        StandardCard(
            id=row.id,
            key=row.key,
            version=row.version,
            licence=row.licence,
            source_url=row.source_url,
            requirement_count=counts.get(row.id, 0),
            levels=tuple(sorted(levels.get(row.id, ()))),
            **row.texts[language.value],
        )
        for row in rows
    ]


def standard_card(session: Session, key: str, version: str, language: Language) -> StandardCard:
    """Return one standard, or raise NotFound."""
    for card in standard_cards(session, language):
        if (card.key, card.version) == (key, version):
            return card
    raise NotFound


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
