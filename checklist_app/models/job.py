"""Background work: a table with leases, so that the death of a worker loses nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.models.base import Base
from checklist_app.models.user import User


class Job(Base):
    """One piece of work. ``token`` names the worker run that holds it until ``lease_until``.

    Mail and messages belong to no project, and what nobody signed in asked for has no author.

    Attributes:
        webhook_id: whose message it sends. No foreign key: deleting a webhook waits for no job,
            and a job that finds its message gone sends nothing.
        begun_at: when a worker last began it.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_queue", "state", "run_after"),
        Index("ix_job_turns", "kind", "begun_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    webhook_id: Mapped[int | None]
    kind: Mapped[JobKind]
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[dict[str, Any] | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    run_after: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    created_by: Mapped[User | None] = relationship()


class WorkerHeartbeat(Base):
    """When a worker was last seen alive."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    seen_at: Mapped[datetime]
