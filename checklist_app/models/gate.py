"""What a project asks of its checklists before a pipeline goes on."""

from __future__ import annotations

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from checklist_app.domain.vocabulary import Severity
from checklist_app.models.base import Base


class ProjectGate(Base):
    """The gate policy of a project; see :class:`checklist_app.domain.gate.GatePolicy`.

    A project without a row has the default policy.
    """

    __tablename__ = "project_gate"

    project_id: Mapped[int] = mapped_column(
        ForeignKey("project.id"), primary_key=True, autoincrement=False
    )
    level: Mapped[int | None] = mapped_column(SmallInteger)
    no_open_fail: Mapped[bool]
    severity: Mapped[Severity | None]
    evidence_days: Mapped[int | None]
    no_unassessed: Mapped[bool]
    no_unreviewed: Mapped[bool]
    waiver_days: Mapped[int | None]
