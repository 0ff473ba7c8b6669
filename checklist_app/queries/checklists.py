"""The checklist page: every item in one query, grouped by section."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ScalarSelect, and_, func, select
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.snapshot_facts import OutcomeCounts
from checklist_app.domain.vocabulary import (
    ChecklistStatus,
    Language,
    Outcome,
    RemediationStatus,
)
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    EvidenceLink,
    Remediation,
    Requirement,
    RequirementText,
    SignOff,
    Standard,
    Suggestion,
    SuggestionFinding,
    User,
    Waiver,
)
from checklist_app.queries.access import ProjectAccess

NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of the checklist page."""

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

    @property
    def has_suggestion(self) -> bool:
        """Whether tools propose something here."""
        return self.finding_count > 0


@dataclass(frozen=True, slots=True)
class SectionRows:
    """A section with the items that the filters let through; ``counts`` are of all of them."""

    identifier: str
    title: str
    counts: OutcomeCounts
    items: tuple[ItemRow, ...]

    def __getitem__(self, name: str) -> tuple[ItemRow, ...]:
        """Let templates say ``section['items']``, since ``.items`` means something else there."""
        return self.items if name == "items" else ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader wants to see; empty values ask for everything."""

    q: str = ""
    outcome: str = ""
    section: str = ""
    suggestion: bool = False
    no_evidence: bool = False
    sections: tuple[SectionRows, ...] = field(default=(), compare=False)

    @property
    def active(self) -> bool:
        """Whether anything is filtered."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class ChecklistHead:
    """What every page about a checklist says of it."""

    id: int
    number: int
    name: str
    status: ChecklistStatus
    standard_name: str
    standard_version: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The checklist page."""

    checklist: ChecklistHead
    sections: tuple[SectionRows, ...]
    counts: OutcomeCounts
    filters: Filters

    @property
    def next_open(self) -> str | None:
        """The first shown item without a verdict."""
        shown = (item for section in self.sections for item in section.items)
        return next((item.identifier for item in shown if item.outcome is None), None)


@dataclass(frozen=True, slots=True)
class ChecklistCard:
    """A checklist in a list of checklists."""

    id: int
    number: int
    name: str
    status: ChecklistStatus
    standard_name: str
    standard_version: str
    level: int | None
    counts: OutcomeCounts
    signed_off_at: datetime | None
    signed_off_by: str


def checklist_head(session: Session, checklist: Checklist, language: Language) -> ChecklistHead:
    """Return the head of a checklist."""
    standard = session.get_one(Standard, checklist.standard_id)
    return ChecklistHead(
        id=checklist.id,
        number=checklist.number,
        name=checklist.name,
        status=checklist.status,
        standard_name=standard.texts[language.value]["name"],
        standard_version=standard.version,
        level=checklist.level,
    )


def checklist_overview(
    session: Session, checklist: Checklist, language: Language, filters: Filters, today: date
) -> Overview:
    """Return the whole checklist page in a fixed number of queries."""
    rows, titles = _rows(session, checklist, language, today)
    wanted = _matching(session, checklist, language, filters, rows)
    everything = _sections(rows, titles, {row.identifier for row in rows})
    return Overview(
        checklist_head(session, checklist, language),
        _sections(rows, titles, wanted),
        count_outcomes(row.outcome for row in rows),
        Filters(
            q=filters.q,
            outcome=filters.outcome,
            section=filters.section,
            suggestion=filters.suggestion,
            no_evidence=filters.no_evidence,
            sections=everything,
        ),
    )


def checklist_cards(
    session: Session, access: ProjectAccess, language: Language
) -> list[ChecklistCard]:
    """Return the project's checklists, newest first, in two queries."""
    counts = _counts_by_checklist(session, access)
    rows = session.execute(
        select(Checklist, Standard, SignOff.signed_at, User.name)
        .join(Standard, Standard.id == Checklist.standard_id)
        .outerjoin(SignOff, SignOff.checklist_id == Checklist.id)
        .outerjoin(User, User.id == SignOff.signer_id)
        .where(Checklist.project_id == access.project.id)
        .order_by(Checklist.number.desc())
    )
    return [
        ChecklistCard(
            id=checklist.id,
            number=checklist.number,
            name=checklist.name,
            status=checklist.status,
            standard_name=standard.texts[language.value]["name"],
            standard_version=standard.version,
            level=checklist.level,
            counts=counts.get(checklist.id, count_outcomes(())),
            signed_off_at=signed_at,
            signed_off_by=signer or "",
        )
        for checklist, standard, signed_at, signer in rows
    ]


def count_outcomes(outcomes: Iterable[Outcome | None]) -> OutcomeCounts:
    """Count outcomes; None is *not assessed* and counts as nothing else."""
    return _counts(Counter(outcomes))


def unassessed_items(
    session: Session, checklist: Checklist, language: Language
) -> list[tuple[str, str]]:
    """Return identifier and title of every item without a verdict, in order."""
    rows = session.execute(
        select(Requirement.identifier, RequirementText.title)
        .select_from(ChecklistItem)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(
            RequirementText,
            and_(
                RequirementText.requirement_id == Requirement.id,
                RequirementText.language == language,
            ),
        )
        .where(ChecklistItem.checklist_id == checklist.id, ChecklistItem.outcome.is_(None))
        .order_by(ChecklistItem.position)
    )
    return [(identifier, title) for identifier, title in rows]


def _counts(found: Counter[Outcome | None]) -> OutcomeCounts:
    return OutcomeCounts(
        passed=found[Outcome.PASS],
        partial=found[Outcome.PARTIAL],
        failed=found[Outcome.FAIL],
        not_applicable=found[Outcome.NOT_APPLICABLE],
        not_assessed=found[None],
    )


def _counts_by_checklist(session: Session, access: ProjectAccess) -> dict[int, OutcomeCounts]:
    rows = session.execute(
        select(ChecklistItem.checklist_id, ChecklistItem.outcome, func.count())
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(Checklist.project_id == access.project.id)
        .group_by(ChecklistItem.checklist_id, ChecklistItem.outcome)
    )
    found: dict[int, Counter[Outcome | None]] = {}
    for checklist_id, outcome, number in rows:
        found.setdefault(checklist_id, Counter())[outcome] = number
    return {checklist_id: _counts(counter) for checklist_id, counter in found.items()}


def _rows(
    session: Session, checklist: Checklist, language: Language, today: date
) -> tuple[list[ItemRow], dict[str, str]]:
    section = aliased(Requirement)
    section_text = aliased(RequirementText)
    rows = session.execute(
        select(
            Requirement.identifier,
            RequirementText.title,
            Requirement.level,
            section.identifier.label("section"),
            section_text.title.label("section_title"),
            ChecklistItem.outcome,
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
            and_(
                RequirementText.requirement_id == Requirement.id,
                RequirementText.language == language,
            ),
        )
        .join(section, section.id == Requirement.parent_id)
        .join(
            section_text,
            and_(
                section_text.requirement_id == section.id,
                section_text.language == language,
            ),
        )
        .outerjoin(User, User.id == ChecklistItem.assignee_id)
        .outerjoin(Remediation, Remediation.item_id == ChecklistItem.id)
        .where(ChecklistItem.checklist_id == checklist.id)
        .order_by(ChecklistItem.position)
    ).all()
    items = [
        ItemRow(
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
        )
        for row in rows
    ]
    return items, {row.section: row.section_title for row in rows}


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


def _matching(
    session: Session,
    checklist: Checklist,
    language: Language,
    filters: Filters,
    rows: list[ItemRow],
) -> set[str]:
    told = _told_in_statement(session, checklist, language, filters.q)
    return {
        row.identifier
        for row in rows
        if _fits(row, filters)
        and (_contains(row, filters.q) or row.identifier in told or not filters.q)
    }


def _fits(row: ItemRow, filters: Filters) -> bool:
    outcome = row.outcome.value if row.outcome else NOT_ASSESSED
    return (
        (not filters.outcome or filters.outcome == outcome)
        and (not filters.section or filters.section == row.section)
        and (not filters.suggestion or row.has_suggestion)
        and (not filters.no_evidence or row.evidence_count == 0)
    )


def _contains(row: ItemRow, wanted: str) -> bool:
    return _folded(wanted) in _folded(f"{row.identifier} {row.title}")


def _folded(value: str) -> str:
    decomposed = unicodedata.normalize("NFKD", value)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _told_in_statement(
    session: Session, checklist: Checklist, language: Language, wanted: str
) -> set[str]:
    if not wanted:
        return set()
    return set(
        session.scalars(
            select(Requirement.identifier)
            .join(RequirementText, RequirementText.requirement_id == Requirement.id)
            .where(
                Requirement.standard_id == checklist.standard_id,
                RequirementText.language == language,
                RequirementText.statement.icontains(wanted, autoescape=True),
            )
        )
    )


def _sections(
    rows: list[ItemRow], titles: dict[str, str], wanted: set[str]
) -> tuple[SectionRows, ...]:
    return tuple(
        SectionRows(
            identifier=identifier,
            title=title,
            counts=count_outcomes(row.outcome for row in rows if row.section == identifier),
            items=tuple(
                row for row in rows if row.section == identifier and row.identifier in wanted
            ),
        )
        for identifier, title in titles.items()
    )
