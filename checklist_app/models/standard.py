"""Editions of lists, whose words are immutable once loaded, and what findings reach them by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import (
    Confidence,
    Language,
    MappingKind,
    MappingTier,
    StandardOrigin,
)
from checklist_app.models.base import Base, LongText, OptionalJson, Sha256, exact


class Standard(Base):
    """One edition of one list. ``texts`` holds name, summary, attribution per language.

    ``digest`` is that of the words, which never change; ``links_digest`` that of what leads to and
    from them (CWE numbers, references, features), which may be completed; ``files_digest`` that of
    the files both came from, so that an unchanged folder need not be read. ``languages`` are those
    the words were really written in; in the others the texts repeat one of these.
    """

    __tablename__ = "standard"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(20))
    origin: Mapped[StandardOrigin] = mapped_column(default=StandardOrigin.CONTENT)
    languages: Mapped[list[str]]
    is_elaborated: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[Sha256]
    links_digest: Mapped[Sha256] = mapped_column(default="")
    files_digest: Mapped[Sha256] = mapped_column(default="")
    licence: Mapped[str] = mapped_column(String(60))
    source_url: Mapped[str] = mapped_column(String(500))
    texts: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]


class Requirement(Base):
    """One node of a standard: a section, or a leaf that is assessed.

    ``features`` are those of a system that it presupposes: it applies to a system that has any of
    them, and to every system when there are none. ``no_cwe`` is, per language, why no CWE fits.
    """

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("standard_id", "identifier"),
        Index("ix_requirement_order", "standard_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("standard.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("requirement.id"), index=True)
    identifier: Mapped[str] = mapped_column(exact(40))
    position: Mapped[int]
    is_leaf: Mapped[bool]
    level: Mapped[int | None] = mapped_column(SmallInteger)
    cwes: Mapped[list[int]]
    no_cwe: Mapped[dict[str, Any] | None] = mapped_column(OptionalJson)
    features: Mapped[list[str]]
    references: Mapped[list[dict[str, Any]]]
    applies_to: Mapped[list[str]]
    scanners: Mapped[list[str]]

    standard: Mapped[Standard] = relationship()
    parent: Mapped[Requirement | None] = relationship(remote_side=[id])


class RequirementText(Base):
    """A requirement in one language. Lists (steps, evidence) are JSON arrays of strings."""

    __tablename__ = "requirement_text"

    requirement_id: Mapped[int] = mapped_column(
        ForeignKey("requirement.id"), primary_key=True, autoincrement=False
    )
    language: Mapped[Language] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    statement: Mapped[str] = mapped_column(LongText)
    why: Mapped[str] = mapped_column(LongText)
    verification: Mapped[list[str]]
    evidence: Mapped[list[str]]
    fix: Mapped[str] = mapped_column(LongText)

    requirement: Mapped[Requirement] = relationship()


class Mapping(Base):
    """A key that scanners write (CWE number, tag, rule) and the requirement it speaks to.

    ``depth`` counts the steps up the CWE tree that were needed (0: the very CWE); ``via`` names
    the CWE that was reached. ``reason`` says, per language, why a curated mapping was made.
    """

    __tablename__ = "mapping"
    __table_args__ = (
        UniqueConstraint("requirement_id", "kind", "key"),
        Index("ix_mapping_lookup", "kind", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    kind: Mapped[MappingKind]
    key: Mapped[str] = mapped_column(exact(120))
    source: Mapped[str] = mapped_column(String(60))
    tier: Mapped[MappingTier] = mapped_column(default=MappingTier.CURATED)
    reason: Mapped[dict[str, Any] | None] = mapped_column(OptionalJson)
    confidence: Mapped[Confidence]
    via: Mapped[str] = mapped_column(String(120), default="")
    depth: Mapped[int] = mapped_column(SmallInteger, default=0)

    requirement: Mapped[Requirement] = relationship()
