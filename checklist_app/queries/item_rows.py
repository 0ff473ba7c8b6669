"""The lines of a checklist, and what a saved change alters in the list around its item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ScalarSelect, func, select, true
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.snapshot_facts import OutcomeCounts
from checklist_app.domain.vocabulary import (
    Language,
    Outcome,
    RemediationStatus,
    ReviewStage,
    SuggestionState,
)
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    EvidenceLink,
    Project,
    Remediation,
    Requirement,
    RequirementText,
    Suggestion,
    SuggestionFinding,
    User,
    Waiver,
)
from checklist_app.queries.access import ItemAccess
from checklist_app.queries.item_states import NOTHING, item_states
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of the checklist page; ``states`` says how tools stand to its verdict."""

    id: int
    identifier: str
    title: str
    section: str
    level: int | None
    outcome: Outcome | None
    evidence_count: int
    finding_count: int
    remediation_status: RemediationStatus | None
    waived: bool
    assignee: str
    needs_review: bool
    review_stage: ReviewStage | None
    missing_features: list[str] | None
    states: frozenset[SuggestionState] = frozenset()

    @property
    def has_suggestion(self) -> bool:
        """Whether tools propose something here."""
        return self.finding_count > 0

    @property
    def is_proposed_exclusion(self) -> bool:
        """Whether it is proposed as not applicable and nobody has decided."""
        return self.outcome is None and bool(self.missing_features)


@dataclass(frozen=True, slots=True)
class SectionHead:
    """A section without its items; ``counts`` are of all of them."""

    identifier: str
    title: str
    counts: OutcomeCounts


@dataclass(frozen=True, slots=True)
class SavedChange:
    """What a change on one item alters in the list: its line, its section, the totals."""

    row: ItemRow
    section: SectionHead
    counts: OutcomeCounts


def count_outcomes(outcomes: Iterable[Outcome | None]) -> OutcomeCounts:
    """Count outcomes; None is *not assessed* and counts as nothing else."""
    return counts_of(Counter(outcomes))


def counts_of(found: Counter[Outcome | None]) -> OutcomeCounts:
    """Return a count of outcomes under their names."""
    return OutcomeCounts(
        passed=found[Outcome.PASS],
        partial=found[Outcome.PARTIAL],
        failed=found[Outcome.FAIL],
        not_applicable=found[Outcome.NOT_APPLICABLE],
        not_assessed=found[None],
    )


def item_rows(
    session: Session, checklist: Checklist, language: Language, today: date, *wanted: int
) -> tuple[list[ItemRow], dict[str, str]]:
    """Return lines of a checklist and the titles of their sections, both in order, in one query.

    Args:
        session: reads.
        checklist: whose lines.
        language: of the titles.
        today: decides which waivers are in force.
        wanted: keys of the items; none asks for all.
    """
    section = aliased(Requirement)
    section_text = aliased(RequirementText)
    rows = session.execute(
        select(
            ChecklistItem.id,
            Requirement.identifier,
            RequirementText.title,
            Requirement.level,
            section.identifier.label("section"),
            section_text.title.label("section_title"),
            ChecklistItem.outcome,
            ChecklistItem.needs_review,
            ChecklistItem.review_stage,
            ChecklistItem.missing_features,
            User.name.label("assignee"),
            Remediation.status.label("remediation_status"),
            _evidence_count().label("evidence_count"),
            _finding_count().label("finding_count"),
            _waiver_count(today).label("waivers"),
        )
        .select_from(ChecklistItem)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(
            RequirementText,
            worded(language),
        )
        .join(section, section.id == Requirement.parent_id)
        .join(
            section_text,
            worded(language, section_text, section.id),
        )
        .outerjoin(User, User.id == ChecklistItem.assignee_id)
        .outerjoin(Remediation, Remediation.item_id == ChecklistItem.id)
        .where(
            ChecklistItem.checklist_id == checklist.id,
            ChecklistItem.id.in_(wanted) if wanted else true(),
        )
        .order_by(ChecklistItem.position)
    ).all()
    items = [
        ItemRow(
            id=row.id,
            identifier=row.identifier,
            title=row.title,
            section=row.section,
            level=row.level,
            outcome=row.outcome,
            evidence_count=row.evidence_count,
            finding_count=row.finding_count,
            remediation_status=row.remediation_status,
            waived=row.waivers > 0,
            assignee=row.assignee or "",
            needs_review=row.needs_review,
            review_stage=row.review_stage,
            missing_features=row.missing_features,
        )
        for row in rows
    ]
    return items, {row.section: row.section_title for row in rows}


def with_states(
    session: Session, project: Project, checklist: Checklist, today: date, rows: list[ItemRow]
) -> list[ItemRow]:
    """Return lines of a checklist with what tools say beside their verdicts, in four queries."""
    wanted = [row.id for row in rows] if len(rows) == 1 else []
    found = item_states(session, project, checklist, today, *wanted)
    return [replace(row, states=found.get(row.id, NOTHING).states) for row in rows]


def saved_change(
    session: Session, opened: ItemAccess, language: Language, today: date
) -> SavedChange:
    """Return what one item alters in its checklist, in six queries at most."""
    rows, titles = item_rows(session, opened.checklist, language, today, opened.item.id)
    rows = with_states(session, opened.project.project, opened.checklist, today, rows)
    is_here = (Requirement.parent_id == opened.requirement.parent_id).label("is_here")
    counted = session.execute(
        select(is_here, ChecklistItem.outcome, func.count())
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(ChecklistItem.checklist_id == opened.checklist.id)
        .group_by(is_here, ChecklistItem.outcome)
    )
    here: Counter[Outcome | None] = Counter()
    everywhere: Counter[Outcome | None] = Counter()
    for inside, outcome, number in counted:
        everywhere[outcome] += number
        if inside:
            here[outcome] += number
    row = rows[0]
    section = SectionHead(row.section, titles[row.section], counts_of(here))
    return SavedChange(row, section, counts_of(everywhere))


def _evidence_count() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(EvidenceLink)
        .where(EvidenceLink.item_id == ChecklistItem.id)
        .correlate(ChecklistItem)
        .scalar_subquery()
    )


def _finding_count() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Suggestion)
        .join(SuggestionFinding, SuggestionFinding.suggestion_id == Suggestion.id)
        .where(Suggestion.item_id == ChecklistItem.id)
        .correlate(ChecklistItem)
        .scalar_subquery()
    )


def _waiver_count(today: date) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Waiver)
        .where(
            Waiver.item_id == ChecklistItem.id,
            Waiver.revoked_at.is_(None),
            Waiver.expires_on >= today,
        )
        .correlate(ChecklistItem)
        .scalar_subquery()
    )
