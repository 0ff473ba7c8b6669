"""The plan that closes a gap, and the dated acceptance of one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import RemediationStatus
from checklist_app.models.base import Base, LongText
from checklist_app.models.checklist import ChecklistItem
from checklist_app.models.user import User


class Remediation(Base):
    """What will be done about a gap, by whom and until when."""

    __tablename__ = "remediation"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"), unique=True)
    plan: Mapped[str] = mapped_column(LongText)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    due_on: Mapped[date] = mapped_column(Date)
    status: Mapped[RemediationStatus] = mapped_column(default=RemediationStatus.OPEN)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column()

    item: Mapped[ChecklistItem] = relationship()
    owner: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012


class Waiver(Base):
    """An accepted deviation; after ``expires_on`` the gap counts again."""

    __tablename__ = "waiver"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"), index=True)
    justification: Mapped[str] = mapped_column(LongText)
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    expires_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    item: Mapped[ChecklistItem] = relationship()
    approved_by: Mapped[User] = relationship()
