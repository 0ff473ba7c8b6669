"""What supports a verdict: owned by the project, linked to as many items as it speaks to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import EvidenceKind
from checklist_app.models.base import Base, LongText, Sha256
from checklist_app.models.checklist import ChecklistItem
from checklist_app.models.project import Project
from checklist_app.models.user import User


class Blob(Base):
    """Bytes in the blob store, named by their SHA-256. ``size`` is in bytes."""

    __tablename__ = "blob"

    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class Evidence(Base):
    """A file, link, note or scan. Files keep their original bytes; previews are other blobs."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[EvidenceKind]
    title: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(255), default="")
    media_type: Mapped[str] = mapped_column(String(120), default="")
    blob_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"), index=True)
    preview_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    url: Mapped[str] = mapped_column(String(2000), default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    collected_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    blob: Mapped[Blob | None] = relationship(foreign_keys=[blob_sha256])
    author: Mapped[User] = relationship()


class EvidenceLink(Base):
    """One piece of evidence on one item."""

    __tablename__ = "evidence_link"
    __table_args__ = (UniqueConstraint("evidence_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"), index=True)
    linked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    linked_at: Mapped[datetime]

    evidence: Mapped[Evidence] = relationship()
    item: Mapped[ChecklistItem] = relationship()
