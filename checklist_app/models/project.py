"""What is assessed, and who takes part in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import GonePolicy, Language, Role, Severity
from checklist_app.models.base import Base, LongText, exact
from checklist_app.models.user import User


class Project(Base):
    """One system under assessment; ``slug`` is its name in addresses.

    From ``fail_threshold`` on, a finding proposes *fail*; a scan older than ``freshness_days`` is
    marked as stale. ``gone_policy`` says what a newer scan does to what it no longer reports. Once
    the project is archived, nothing in it changes until it is restored. Where it asks for
    ``four_eyes``, a verdict counts once a second person has accepted it.
    """

    __tablename__ = "project"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(exact(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(LongText, default="")
    scope: Mapped[str] = mapped_column(LongText, default="")
    language: Mapped[Language] = mapped_column(default=Language.ES)
    fail_threshold: Mapped[Severity] = mapped_column(default=Severity.MEDIUM)
    freshness_days: Mapped[int] = mapped_column(default=90)
    gone_policy: Mapped[GonePolicy] = mapped_column(default=GonePolicy.MARK)
    created_at: Mapped[datetime]
    four_eyes: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]


class Membership(Base):
    """A person's role in a project."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("project_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[Role]
    created_at: Mapped[datetime]

    project: Mapped[Project] = relationship()
    user: Mapped[User] = relationship()
