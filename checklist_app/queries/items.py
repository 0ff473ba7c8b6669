"""One item with everything a reviewer needs to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import (
    Language,
    Outcome,
    RemediationStatus,
    Role,
    Severity,
)
from checklist_app.domain.workflow import REMEDIATION_STEPS, is_overdue, is_waived
from checklist_app.models import (
    ChecklistItem,
    Finding,
    Membership,
    Remediation,
    Requirement,
    RequirementText,
    Suggestion,
    SuggestionFinding,
    User,
    Verdict,
    Waiver,
)
from checklist_app.queries.access import ItemAccess, ProjectAccess
from checklist_app.queries.crosswalk import Elsewhere, elsewhere
from checklist_app.queries.evidence import EvidenceCard, evidence_of_item
from checklist_app.queries.exclusions import missing_names
from checklist_app.queries.official import OfficialWords, official_words
from checklist_app.queries.origins import OriginView, origins_of_item
from checklist_app.queries.support import Support, is_stale, last_reported, supporting_scans

SHOWN_FINDINGS = 20

MILDER_THAN = {
    Outcome.PARTIAL: frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE}),
    Outcome.FAIL: frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.PARTIAL}),
}
"""The verdicts that contradict what tools suggest."""


@dataclass(frozen=True, slots=True)
class VerdictView:
    """One verdict; ``rationale`` is Markdown."""

    number: int
    outcome: Outcome
    rationale: str
    author: str
    recorded_at: datetime
    is_carried: bool


@dataclass(frozen=True, slots=True)
class SuggestedFinding:
    """A finding behind a suggestion, and the key that brought it here."""

    id: int
    severity: Severity
    tool: str
    rule_id: str
    title: str
    location: str
    via: str


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """What tools propose: the worst findings first, and how many ``more`` there are.

    Attributes:
        reported_at: when a scan last reported one of them; None if nobody knows.
        is_stale: whether that is longer ago than the project takes a scan for fresh.
        contradicts: whether the verdict in force is milder.
    """

    outcome: Outcome
    findings: list[SuggestedFinding]
    more: int
    reported_at: datetime | None
    is_stale: bool
    contradicts: bool


@dataclass(frozen=True, slots=True)
class RemediationView:
    """The plan that closes the gap."""

    plan: str
    owner_id: int
    owner_name: str
    due_on: date
    status: RemediationStatus
    overdue: bool
    row_version: int

    @property
    def next_statuses(self) -> list[RemediationStatus]:
        """The steps that can be taken by hand from here."""
        return sorted(REMEDIATION_STEPS[self.status], key=list(RemediationStatus).index)


@dataclass(frozen=True, slots=True)
class WaiverView:
    """The newest waiver that was not revoked."""

    justification: str
    approved_by: str
    expires_on: date
    expired: bool


@dataclass(frozen=True, slots=True)
class MemberChoice:
    """A member to choose from."""

    user_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Everything on the page of one item."""

    identifier: str
    title: str
    section_title: str
    level: int | None
    statement: str
    why: str
    fix: str
    verification: list[str]
    expected_evidence: list[str]
    cwes: list[int]
    references: list[dict[str, Any]]
    outcome: Outcome | None
    left_reason: str
    assignee_id: int | None
    due_on: date | None
    row_version: int
    verdict: VerdictView | None
    history: list[VerdictView]
    evidence: list[EvidenceCard]
    suggestion: SuggestionView | None
    remediation: RemediationView | None
    waiver: WaiverView | None
    official: OfficialWords | None
    needs_review: bool
    missing: tuple[Text, ...]
    origins: list[OriginView]
    elsewhere: list[Elsewhere]
    support: list[Support]
    previous: str | None
    next: str | None


def item_page(session: Session, opened: ItemAccess, language: Language, today: date) -> ItemPage:
    """Return the page of one item in a fixed number of queries."""
    requirement = opened.requirement
    text, section = _texts(session, requirement, language)
    history = _history(session, opened.item)
    before, after = _neighbours(session, opened.item)
    return ItemPage(
        identifier=requirement.identifier,
        title=text.title,
        section_title=section.title,
        level=requirement.level,
        statement=text.statement,
        why=text.why,
        fix=text.fix,
        verification=text.verification,
        expected_evidence=text.evidence,
        cwes=requirement.cwes,
        references=requirement.references,
        outcome=opened.item.outcome,
        left_reason=opened.item.left_reason,
        assignee_id=opened.item.assignee_id,
        due_on=opened.item.due_on,
        row_version=opened.item.row_version,
        verdict=history[0] if history else None,
        history=history,
        evidence=evidence_of_item(session, opened.project, opened.item.id),
        suggestion=_suggestion(session, opened, today),
        remediation=_remediation(session, opened.item, today),
        waiver=_waiver(session, opened.item, today),
        official=official_words(session, requirement, language),
        needs_review=opened.item.needs_review,
        missing=missing_names(opened.item.missing_features or []),
        origins=origins_of_item(session, opened, language),
        elsewhere=elsewhere(session, opened, language),
        support=supporting_scans(session, opened, today),
        previous=before,
        next=after,
    )


def project_members(session: Session, access: ProjectAccess) -> list[MemberChoice]:
    """Return the members of a project by name."""
    rows = session.execute(
        select(User.id, User.name, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.project_id == access.project.id)
        .order_by(User.name, User.id)
    )
    return [MemberChoice(*row) for row in rows]


def _texts(
    session: Session, requirement: Requirement, language: Language
) -> tuple[RequirementText, RequirementText]:
    """Return the texts of a requirement and of its section."""
    wanted = (requirement.id, requirement.parent_id)
    rows = session.scalars(
        select(RequirementText).where(
            RequirementText.requirement_id.in_(wanted), RequirementText.language == language
        )
    )
    found = {row.requirement_id: row for row in rows}
    text = found.pop(requirement.id)
    (section,) = found.values()
    return text, section


def _history(session: Session, item: ChecklistItem) -> list[VerdictView]:
    rows = session.execute(
        select(Verdict, User.name)
        .join(User, User.id == Verdict.author_id)
        .where(Verdict.item_id == item.id)
        .order_by(Verdict.number.desc())
    )
    return [
        VerdictView(
            verdict.number,
            verdict.outcome,
            verdict.rationale,
            author,
            verdict.recorded_at,
            verdict.is_carried,
        )
        for verdict, author in rows
    ]


def _neighbours(session: Session, item: ChecklistItem) -> tuple[str | None, str | None]:
    other = aliased(ChecklistItem)
    same = (
        select(Requirement.identifier)
        .join(other, other.requirement_id == Requirement.id)
        .where(other.checklist_id == item.checklist_id)
        .limit(1)
    )
    before = same.where(other.position < item.position).order_by(other.position.desc())
    after = same.where(other.position > item.position).order_by(other.position)
    row = session.execute(select(before.scalar_subquery(), after.scalar_subquery())).one()
    return row[0], row[1]


def _suggestion(session: Session, opened: ItemAccess, today: date) -> SuggestionView | None:
    item = opened.item
    suggestion = session.scalar(select(Suggestion).where(Suggestion.item_id == item.id))
    if suggestion is None:
        return None
    behind = (
        select(Finding, SuggestionFinding.via, func.count().over().label("total"))
        .join(SuggestionFinding, SuggestionFinding.finding_id == Finding.id)
        .where(SuggestionFinding.suggestion_id == suggestion.id)
        .order_by(Finding.severity_rank, Finding.id)
        .limit(SHOWN_FINDINGS)
    )
    rows = session.execute(behind).all()
    findings = [
        SuggestedFinding(
            id=finding.id,
            severity=finding.severity,
            tool=finding.tool,
            rule_id=finding.rule_id,
            title=finding.title,
            location=finding.location,
            via=via,
        )
        for finding, via, _ in rows
    ]
    total = rows[0].total if rows else 0
    at = last_reported(session, suggestion.id)
    return SuggestionView(
        outcome=suggestion.outcome,
        findings=findings,
        more=total - len(findings),
        reported_at=at,
        is_stale=at is not None and is_stale(opened.project.project, at, today),
        contradicts=item.outcome in MILDER_THAN[suggestion.outcome],
    )


def _remediation(session: Session, item: ChecklistItem, today: date) -> RemediationView | None:
    row = session.execute(
        select(Remediation, User.name)
        .join(User, User.id == Remediation.owner_id)
        .where(Remediation.item_id == item.id)
    ).one_or_none()
    if row is None:
        return None
    plan, owner = row
    return RemediationView(
        plan=plan.plan,
        owner_id=plan.owner_id,
        owner_name=owner,
        due_on=plan.due_on,
        status=plan.status,
        overdue=is_overdue(plan.due_on, plan.status, today),
        row_version=plan.row_version,
    )


def _waiver(session: Session, item: ChecklistItem, today: date) -> WaiverView | None:
    row = session.execute(
        select(Waiver, User.name)
        .join(User, User.id == Waiver.approved_by_id)
        .where(Waiver.item_id == item.id, Waiver.revoked_at.is_(None))
        .order_by(Waiver.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    waiver, approved_by = row
    return WaiverView(
        waiver.justification,
        approved_by,
        waiver.expires_on,
        expired=not is_waived(waiver.expires_on, today),
    )
