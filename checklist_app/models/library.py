"""What ties the editions of the library together, and the official words beside ours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import Change, Language, Relation
from checklist_app.models.base import Base, LongText, Sha256, exact
from checklist_app.models.standard import Requirement, Standard
from checklist_app.models.user import User


class RequirementLink(Base):
    """How one requirement stands to one of another standard: ``from`` is <relation> than ``to``.

    Stored once, in the direction in which it was stated; readers look both ways.
    """

    __tablename__ = "requirement_link"
    __table_args__ = (UniqueConstraint("from_id", "to_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    relation: Mapped[Relation]
    source: Mapped[str] = mapped_column(String(60))


class Lineage(Base):
    """What became of a requirement in a later edition; one row for each pair.

    By identifiers, not by rows: the older edition may come into the library later. Identifiers are
    empty on the side where there is nothing (new, gone).
    """

    __tablename__ = "lineage"
    __table_args__ = (
        UniqueConstraint(
            "standard_key", "from_version", "to_version", "from_identifier", "to_identifier"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_key: Mapped[str] = mapped_column(String(60))
    from_version: Mapped[str] = mapped_column(String(20))
    to_version: Mapped[str] = mapped_column(String(20))
    from_identifier: Mapped[str] = mapped_column(exact(40), default="")
    to_identifier: Mapped[str] = mapped_column(exact(40), default="")
    change: Mapped[Change]


class OfficialDocument(Base):
    """An official file that an operator loaded: whose words they are and under which licence."""

    __tablename__ = "official_document"
    __table_args__ = (UniqueConstraint("standard_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("standard.id"))
    language: Mapped[Language]
    edition: Mapped[str] = mapped_column(String(120))
    licence: Mapped[str] = mapped_column(String(120))
    file_name: Mapped[str] = mapped_column(String(255))
    file_format: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[Sha256]
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    imported_at: Mapped[datetime]

    standard: Mapped[Standard] = relationship()
    imported_by: Mapped[User | None] = relationship()


class OfficialText(Base):
    """The official words of one requirement (or section) in the language of its document."""

    __tablename__ = "official_text"
    __table_args__ = (Index("ix_official_text_requirement", "requirement_id"),)

    document_id: Mapped[int] = mapped_column(
        ForeignKey("official_document.id"), primary_key=True, autoincrement=False
    )
    requirement_id: Mapped[int] = mapped_column(
        ForeignKey("requirement.id"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(LongText)

    document: Mapped[OfficialDocument] = relationship()
    requirement: Mapped[Requirement] = relationship()
