"""One item with everything a reviewer needs to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import (
    Language,
    Outcome,
    ReviewStage,
    Role,
)
from checklist_app.models import (
    ChecklistItem,
    Requirement,
    RequirementText,
    User,
    Verdict,
    VerdictReview,
)
from checklist_app.queries.access import ItemAccess, ProjectAccess
from checklist_app.queries.crosswalk import Elsewhere, elsewhere
from checklist_app.queries.evidence import EvidenceCard, evidence_of_item
from checklist_app.queries.exclusions import missing_names
from checklist_app.queries.item_follow_up import (
    RemediationView,
    WaiverView,
    remediation_of_item,
    waiver_of_item,
)
from checklist_app.queries.item_states import NOTHING, ItemStates, item_states
from checklist_app.queries.item_suggestions import SuggestionView, suggestion_of_item
from checklist_app.queries.members import members
from checklist_app.queries.official import OfficialWords, official_words
from checklist_app.queries.origins import OriginView, origins_of_item
from checklist_app.queries.support import Support, supporting_scans


@dataclass(frozen=True, slots=True)
class VerdictView:
    """One verdict; ``rationale`` is Markdown."""

    number: int
    outcome: Outcome
    rationale: str
    author: str
    recorded_at: datetime
    is_carried: bool
    review: ReviewView | None


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What a second person said of a verdict."""

    decision: ReviewStage
    comment: str
    reviewer: str
    reviewed_at: datetime


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
    review_stage: ReviewStage | None
    is_own_verdict: bool
    missing: tuple[Text, ...]
    origins: list[OriginView]
    elsewhere: list[Elsewhere]
    support: list[Support]
    states: ItemStates
    previous: str | None
    next: str | None


def item_page(session: Session, opened: ItemAccess, language: Language, today: date) -> ItemPage:
    """Return the page of one item in a fixed number of queries."""
    requirement = opened.requirement
    text, section = _texts(session, requirement, language)
    history, own = _history(session, opened.item)
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
        suggestion=suggestion_of_item(session, opened, today),
        remediation=remediation_of_item(session, opened.item, today),
        waiver=waiver_of_item(session, opened.item, today),
        official=official_words(session, requirement, language),
        needs_review=opened.item.needs_review,
        review_stage=opened.item.review_stage,
        is_own_verdict=own == opened.actor.user_id,
        missing=missing_names(opened.item.missing_features or []),
        origins=origins_of_item(session, opened, language),
        elsewhere=elsewhere(session, opened, language),
        support=supporting_scans(session, opened, today),
        states=item_states(
            session, opened.project.project, opened.checklist, today, opened.item.id
        ).get(opened.item.id, NOTHING),
        previous=before,
        next=after,
    )


def project_members(session: Session, access: ProjectAccess) -> list[MemberChoice]:
    """Return the people of a project by name, those of its groups among them."""
    return [
        MemberChoice(person.user_id, person.name, person.role)
        for person in members(session, access)
    ]


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


def _history(session: Session, item: ChecklistItem) -> tuple[list[VerdictView], int]:
    """Return the verdicts of an item, newest first, and whose the newest is (0 for nobody's)."""
    reviewer = aliased(User)
    rows = session.execute(
        select(Verdict, User.name, VerdictReview, reviewer.name)
        .join(User, User.id == Verdict.author_id)
        .outerjoin(VerdictReview, VerdictReview.verdict_id == Verdict.id)
        .outerjoin(reviewer, reviewer.id == VerdictReview.reviewer_id)
        .where(Verdict.item_id == item.id)
        .order_by(Verdict.number.desc())
    ).all()
    views = [
        VerdictView(
            verdict.number,
            verdict.outcome,
            verdict.rationale,
            author,
            verdict.recorded_at,
            verdict.is_carried,
            ReviewView(review.decision, review.comment, by, review.reviewed_at) if review else None,
        )
        for verdict, author, review, by in rows
    ]
    return views, rows[0][0].author_id if rows else 0


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
