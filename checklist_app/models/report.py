"""Signed PDF reports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import Language
from checklist_app.models.base import Base
from checklist_app.models.checklist import Checklist
from checklist_app.models.project import Project
from checklist_app.models.user import User


class Report(Base):
    """The PDF of one snapshot. Hashes are filled in when its job is done."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("project_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"), index=True)
    number: Mapped[int]
    language: Mapped[Language]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    snapshot_sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    unsigned_sha256: Mapped[str | None] = mapped_column(String(64))
    pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"), index=True)
    pages: Mapped[int] = mapped_column(default=0)
    signer: Mapped[str] = mapped_column(String(255), default="")
    signed_at: Mapped[datetime | None]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]

    project: Mapped[Project] = relationship()
    checklist: Mapped[Checklist] = relationship()
    created_by: Mapped[User] = relationship()
