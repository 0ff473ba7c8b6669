"""A project's pass over one standard: its items, their verdicts, the act that closes it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import Change, ChecklistStatus, Outcome, ReviewStage
from checklist_app.models.base import Base, LongText, OptionalJson
from checklist_app.models.project import Project
from checklist_app.models.standard import Requirement, Standard
from checklist_app.models.user import User


class Checklist(Base):
    """A dated pass over one standard; the next round names this one as its predecessor.

    ``features`` is the profile it was tailored for; without one, everything is taken to apply.
    """

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("project_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    standard_id: Mapped[int] = mapped_column(ForeignKey("standard.id"))
    level: Mapped[int | None] = mapped_column(SmallInteger)
    features: Mapped[list[str] | None] = mapped_column(OptionalJson)
    name: Mapped[str] = mapped_column(String(120))
    status: Mapped[ChecklistStatus] = mapped_column(default=ChecklistStatus.OPEN)
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("checklist.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column()

    project: Mapped[Project] = relationship()
    standard: Mapped[Standard] = relationship()
    created_by: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012


class ChecklistItem(Base):
    """One requirement in one checklist.

    ``outcome`` repeats that of the verdict numbered ``verdict_number`` (0: not assessed), so that
    the page of 345 items is one query; only ``services/verdicts.py`` writes the two together.
    ``missing_features`` are those that the requirement presupposes and the project has none of: a
    proposal that it does not apply, until a person decides. ``needs_review`` is set where evidence
    or a verdict came along from an earlier round whose requirement meant something else.
    ``review_stage`` repeats how a second person stands to the newest verdict.
    """

    __tablename__ = "checklist_item"
    __table_args__ = (
        UniqueConstraint("checklist_id", "requirement_id"),
        Index("ix_checklist_item_order", "checklist_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    position: Mapped[int]
    outcome: Mapped[Outcome | None]
    verdict_number: Mapped[int] = mapped_column(default=0)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(Date)
    missing_features: Mapped[list[str] | None] = mapped_column(OptionalJson)
    needs_review: Mapped[bool] = mapped_column(default=False)
    review_stage: Mapped[ReviewStage | None]
    left_reason: Mapped[str] = mapped_column(LongText, default="")
    row_version: Mapped[int] = mapped_column()

    checklist: Mapped[Checklist] = relationship()
    requirement: Mapped[Requirement] = relationship()
    assignee: Mapped[User | None] = relationship()

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012


class ItemOrigin(Base):
    """An item of an earlier round that an item continues, and what changed in between."""

    __tablename__ = "item_origin"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("checklist_item.id"), primary_key=True, autoincrement=False
    )
    from_item_id: Mapped[int] = mapped_column(
        ForeignKey("checklist_item.id"), primary_key=True, autoincrement=False, index=True
    )
    change: Mapped[Change]


class Verdict(Base):
    """A person's conclusion on an item; rows are only ever added.

    One that ``is_carried`` was given in an earlier round, by this author at this time, and came
    along because the requirement means the same.
    """

    __tablename__ = "verdict"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"))
    number: Mapped[int]
    outcome: Mapped[Outcome]
    rationale: Mapped[str] = mapped_column(LongText)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    is_carried: Mapped[bool] = mapped_column(default=False)

    item: Mapped[ChecklistItem] = relationship()
    author: Mapped[User] = relationship()


class VerdictReview(Base):
    """What a second person said of a verdict; rows are only ever added."""

    __tablename__ = "verdict_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdict.id"), unique=True)
    decision: Mapped[ReviewStage]
    comment: Mapped[str] = mapped_column(LongText, default="")
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime]

    verdict: Mapped[Verdict] = relationship()
    reviewer: Mapped[User] = relationship()


class SignOff(Base):
    """The act that closed a checklist; nothing in it changes afterwards."""

    __tablename__ = "sign_off"

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"), unique=True)
    signer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    statement: Mapped[str] = mapped_column(LongText)
    signed_at: Mapped[datetime]

    checklist: Mapped[Checklist] = relationship()
    signer: Mapped[User] = relationship()
