"""The audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.models.base import Base
from checklist_app.models.user import User


class Event(Base):
    """One thing that happened; rows are only ever added, and only by ``services/audit.py``."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_project", "project_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[datetime]
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    target: Mapped[str] = mapped_column(String(200))
    details: Mapped[dict[str, Any]]
    address: Mapped[str] = mapped_column(String(64), default="")
    request_id: Mapped[str] = mapped_column(String(40), default="")

    actor: Mapped[User | None] = relationship()
