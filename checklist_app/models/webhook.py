"""Messages to other systems: where they go, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.webhooks import DeliveryState, HookEvent
from checklist_app.models.base import Base, OptionalJson, exact, words
from checklist_app.models.project import Project
from checklist_app.models.user import User


class Webhook(Base):
    """An address that is told what happens in a project, or in the system where it has none.

    Attributes:
        secret: what signs the messages, sealed.
        failing_since: when the first message after the last success was not taken.
        gate_was_open: what the last message about the gate said.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]]
    secret: Mapped[str] = mapped_column(String(400))
    is_on: Mapped[bool] = mapped_column(default=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    gate_was_open: Mapped[bool | None]

    project: Mapped[Project | None] = relationship()
    created_by: Mapped[User] = relationship()


class WebhookDelivery(Base):
    """One message, and how its last attempt ended.

    Attributes:
        subject: what it is told about once, where that could come again.
        path: where a person looks at it, below the base address.
        answer: the first characters of the answer, masked.
        trouble: why there was none, as a message still to be translated.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (UniqueConstraint("webhook_id", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    public_id: Mapped[str] = mapped_column(exact(36), unique=True)
    event: Mapped[HookEvent] = mapped_column(words(HookEvent))
    subject: Mapped[str | None] = mapped_column(exact(80))
    path: Mapped[str] = mapped_column(String(300), default="")
    data: Mapped[dict[str, Any]]
    state: Mapped[DeliveryState] = mapped_column(
        words(DeliveryState), default=DeliveryState.WAITING
    )
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    duration_ms: Mapped[int | None]
    answer: Mapped[str] = mapped_column(String(500), default="")
    trouble: Mapped[dict[str, Any] | None] = mapped_column(OptionalJson)
    created_at: Mapped[datetime] = mapped_column(index=True)
    attempted_at: Mapped[datetime | None]

    webhook: Mapped[Webhook] = relationship()
