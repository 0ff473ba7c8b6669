"""What scanners reported, and what that proposes for the items of a checklist."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Double, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import (
    Confidence,
    FindingMark,
    FindingStatus,
    Outcome,
    Severity,
)
from checklist_app.models.base import Base, LongText, Sha256, exact
from checklist_app.models.checklist import ChecklistItem
from checklist_app.models.evidence import Evidence
from checklist_app.models.project import Project
from checklist_app.models.standard import Requirement
from checklist_app.models.user import User


class ScanScope(Base):
    """What one tool looks at again and again: a target in a branch or an environment.

    Only the next scan of the same scope can say that a finding is no longer reported.
    ``last_started_at`` is that of the newest report so far, as far as reports say.
    """

    __tablename__ = "scan_scope"
    __table_args__ = (UniqueConstraint("project_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    digest: Mapped[Sha256]
    tool: Mapped[str] = mapped_column(String(120))
    target: Mapped[str] = mapped_column(String(255))
    environment: Mapped[str] = mapped_column(String(120))
    last_started_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()


class ScanImport(Base):
    """One uploaded scanner report. ``account`` tells what became of every result that was read.

    ``named_format`` is the format that the person who uploaded it gave it; empty when they left it
    to the content of the file. ``stamp`` is the digest of all that it depended on, as it left it.
    """

    __tablename__ = "scan_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
    format: Mapped[str] = mapped_column(String(40), default="")
    named_format: Mapped[str] = mapped_column(String(40), default="")
    tool: Mapped[str] = mapped_column(String(120), default="")
    tool_version: Mapped[str] = mapped_column(String(60), default="")
    scope_id: Mapped[int | None] = mapped_column(ForeignKey("scan_scope.id"))
    environment: Mapped[str] = mapped_column(String(120), default="")
    started_at: Mapped[datetime | None]
    command_line: Mapped[str] = mapped_column(String(1000), default="")
    account: Mapped[dict[str, Any]]
    stamp: Mapped[str | None] = mapped_column(String(64))
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    evidence: Mapped[Evidence] = relationship()
    imported_by: Mapped[User] = relationship()


class Finding(Base):
    """One weakness a tool reports; ``fingerprint`` is the same in every run that sees it.

    ``status`` is what tools say, ``mark`` what a person says: ``mark_action_id`` names the action
    that last touched the mark. ``place`` is the same for findings of other tools that lie close by.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("project_id", "fingerprint"),
        Index("ix_finding_list", "project_id", "severity_rank", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    first_import_id: Mapped[int] = mapped_column(ForeignKey("scan_import.id"), index=True)
    fingerprint: Mapped[Sha256]
    tool: Mapped[str] = mapped_column(String(120))
    rule_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(LongText)
    severity: Mapped[Severity]
    severity_rank: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[FindingStatus]
    cwes: Mapped[list[int]]
    tags: Mapped[list[str]]
    location: Mapped[str] = mapped_column(String(2000))
    locations: Mapped[list[dict[str, Any]]]
    occurrences: Mapped[int]
    is_routed: Mapped[bool]
    cvss: Mapped[float | None] = mapped_column(Double)
    epss: Mapped[float | None] = mapped_column(Double)
    snippet: Mapped[str | None] = mapped_column(LongText)
    created_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(String(64), default="", server_default="", index=True)
    mark: Mapped[FindingMark | None]
    marked_until: Mapped[date | None] = mapped_column(Date)
    mark_action_id: Mapped[int | None] = mapped_column(ForeignKey("triage_action.id"), index=True)

    project: Mapped[Project] = relationship()


class FindingSighting(Base):
    """Whether the newest scan of a scope reports a finding.

    A finding that several scopes report is gone only when none of them reports it any more.
    """

    __tablename__ = "finding_sighting"

    scope_id: Mapped[int] = mapped_column(
        ForeignKey("scan_scope.id"), primary_key=True, autoincrement=False
    )
    finding_id: Mapped[int] = mapped_column(
        ForeignKey("finding.id"), primary_key=True, autoincrement=False, index=True
    )
    is_present: Mapped[bool]


class Suggestion(Base):
    """What the findings of tools propose for an item; a person decides."""

    __tablename__ = "suggestion"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"), unique=True)
    outcome: Mapped[Outcome]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    item: Mapped[ChecklistItem] = relationship()


class SuggestionFinding(Base):
    """A finding behind a suggestion, and by which key it came there.

    ``depth`` counts the steps up the CWE tree that the finding's own CWE needed to arrive.
    """

    __tablename__ = "suggestion_finding"
    __table_args__ = (UniqueConstraint("suggestion_id", "finding_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"))
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    via: Mapped[str] = mapped_column(String(140))
    depth: Mapped[int] = mapped_column(SmallInteger, default=0)
    confidence: Mapped[Confidence]

    suggestion: Mapped[Suggestion] = relationship()
    finding: Mapped[Finding] = relationship()


class GeneralCorrection(Base):
    """An administrator's word on where the findings of a rule lead in every project.

    ``tool`` is its name as in rule keys; the correction of a project outranks this one there.
    """

    __tablename__ = "general_correction"
    __table_args__ = (UniqueConstraint("tool", "rule_id", "requirement_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tool: Mapped[str] = mapped_column(exact(120))
    rule_id: Mapped[str] = mapped_column(exact(255))
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    leads: Mapped[bool]
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    corrected_at: Mapped[datetime]

    requirement: Mapped[Requirement] = relationship()
    corrected_by: Mapped[User] = relationship()


class RouteCorrection(Base):
    """A person's word on where the findings of a rule lead in a project, against the library's.

    ``leads`` adds a requirement that no mapping reaches, or else takes one away that does.
    """

    __tablename__ = "route_correction"
    __table_args__ = (UniqueConstraint("project_id", "tool", "rule_id", "requirement_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    tool: Mapped[str] = mapped_column(exact(120))
    rule_id: Mapped[str] = mapped_column(exact(255))
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    leads: Mapped[bool]
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    corrected_at: Mapped[datetime]

    requirement: Mapped[Requirement] = relationship()
    corrected_by: Mapped[User] = relationship()
