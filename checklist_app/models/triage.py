"""What people did to many findings at once, and what each of these was before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import FindingMark, TriageKind
from checklist_app.models.base import Base, LongText
from checklist_app.models.user import User


class TriageAction(Base):
    """One act on one or many findings, which can be undone once.

    ``details`` tells the number of findings by severity, and the plans that were made.
    """

    __tablename__ = "triage_action"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[TriageKind]
    reason: Mapped[str] = mapped_column(LongText)
    expires_on: Mapped[date | None] = mapped_column(Date)
    details: Mapped[dict[str, Any]]
    acted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    undone_at: Mapped[datetime | None]

    acted_by: Mapped[User] = relationship(foreign_keys=[acted_by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])


class TriageMember(Base):
    """A finding that an action changed, with its mark before; ``is_restored`` after an undo."""

    __tablename__ = "triage_member"

    action_id: Mapped[int] = mapped_column(
        ForeignKey("triage_action.id"), primary_key=True, autoincrement=False
    )
    finding_id: Mapped[int] = mapped_column(
        ForeignKey("finding.id"), primary_key=True, autoincrement=False, index=True
    )
    mark_before: Mapped[FindingMark | None]
    until_before: Mapped[date | None] = mapped_column(Date)
    action_before_id: Mapped[int | None]
    is_restored: Mapped[bool | None]
