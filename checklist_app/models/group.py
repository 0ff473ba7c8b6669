"""Groups of people, and the roles they have in projects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import Role
from checklist_app.models.base import Base, exact
from checklist_app.models.project import Project
from checklist_app.models.user import User


class Group(Base):
    """Some people under one name."""

    __tablename__ = "user_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(exact(120), unique=True)
    created_at: Mapped[datetime]


class GroupPerson(Base):
    """A person in a group."""

    __tablename__ = "group_person"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("user_group.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id"), primary_key=True, autoincrement=False, index=True
    )

    user: Mapped[User] = relationship()


class GroupGrant(Base):
    """The role that everybody in a group has in a project."""

    __tablename__ = "group_grant"
    __table_args__ = (UniqueConstraint("group_id", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("user_group.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    role: Mapped[Role]

    group: Mapped[Group] = relationship()
    project: Mapped[Project] = relationship()
