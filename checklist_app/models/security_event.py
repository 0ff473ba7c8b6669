"""What happened at the doors, and the alerts that came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.alerts import AlertRule, AlertState, SecurityKind
from checklist_app.models.base import Base, LongText, words
from checklist_app.models.user import User


class SecurityEvent(Base):
    """One thing that happened at a door, or ``count`` of them alike within a minute.

    Rows are only ever added, and only by ``services/security_events.py``.
    """

    __tablename__ = "security_event"
    __table_args__ = (Index("ix_security_event_kind", "kind", "happened_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[SecurityKind] = mapped_column(words(SecurityKind))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    subject: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[int | None]
    count: Mapped[int] = mapped_column(default=1)
    details: Mapped[dict[str, Any]]
    request_id: Mapped[str] = mapped_column(String(40), default="")

    user: Mapped[User | None] = relationship()


class Alert(Base):
    """A rule that was met, at most once for each subject and window."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("rule", "subject", "window_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[AlertRule] = mapped_column(words(AlertRule))
    subject: Mapped[str] = mapped_column(String(200))
    window_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    count: Mapped[int]
    state: Mapped[AlertState] = mapped_column(words(AlertState))
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    acknowledged_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(LongText, default="")
    announced_at: Mapped[datetime | None] = mapped_column(index=True)

    acknowledged_by: Mapped[User | None] = relationship()


class AlertThreshold(Base):
    """What an administrator set for a rule; a rule without a row keeps what it came with."""

    __tablename__ = "alert_threshold"

    rule: Mapped[AlertRule] = mapped_column(words(AlertRule), primary_key=True)
    is_on: Mapped[bool]
    threshold: Mapped[int]
    minutes: Mapped[int]
    changed_at: Mapped[datetime]
