"""Checklists: the page of one, grouped by section, and the list of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from checklist_app.domain.snapshot_facts import OutcomeCounts
from checklist_app.domain.vocabulary import (
    ChecklistStatus,
    Language,
    Outcome,
    SuggestionState,
)
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Project,
    Requirement,
    RequirementText,
    SignOff,
    Standard,
    User,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.item_rows import (
    ItemRow,
    count_outcomes,
    counts_of,
    item_rows,
    with_states,
)
from checklist_app.queries.item_search import holds_every_word, told_in_statement

NOT_ASSESSED = "not_assessed"


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
    state: str = ""
    no_evidence: bool = False
    needs_review: bool = False
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
    standard_key: str
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
    def proposed_exclusions(self) -> int:
        """How many items are proposed as not applicable and not decided yet."""
        return sum(
            item.is_proposed_exclusion
            for section in self.filters.sections
            for item in section.items
        )

    @property
    def needs_review(self) -> int:
        """How many items came along from an earlier round and were not looked at since."""
        return sum(item.needs_review for section in self.filters.sections for item in section.items)

    @property
    def states(self) -> Mapping[SuggestionState, int]:
        """How many items each state holds for, whatever the filters let through."""
        items = (item for section in self.filters.sections for item in section.items)
        found = Counter(state for item in items for state in item.states)
        return {state: found[state] for state in SuggestionState}

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
        standard_key=standard.key,
        standard_name=standard.texts[language.value]["name"],
        standard_version=standard.version,
        level=checklist.level,
    )


def checklist_overview(
    session: Session, checklist: Checklist, language: Language, filters: Filters, today: date
) -> Overview:
    """Return the whole checklist page in a fixed number of queries."""
    rows, titles = item_rows(session, checklist, language, today)
    project = session.get_one(Project, checklist.project_id)
    rows = with_states(session, project, checklist, today, rows)
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
            needs_review=filters.needs_review,
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
    return {checklist_id: counts_of(counter) for checklist_id, counter in found.items()}


def _matching(
    session: Session,
    checklist: Checklist,
    language: Language,
    filters: Filters,
    rows: list[ItemRow],
) -> set[str]:
    told = told_in_statement(session, checklist, language, filters.q)
    return {
        row.identifier
        for row in rows
        if _fits(row, filters)
        and (not filters.q or row.identifier in told or _contains(row, filters.q))
    }


def _fits(row: ItemRow, filters: Filters) -> bool:
    outcome = row.outcome.value if row.outcome else NOT_ASSESSED
    return (
        (not filters.outcome or filters.outcome == outcome)
        and (not filters.section or filters.section == row.section)
        and (not filters.suggestion or row.has_suggestion)
        and (not filters.state or filters.state in row.states)
        and (not filters.no_evidence or row.evidence_count == 0)
        and (not filters.needs_review or row.needs_review)
    )


def _contains(row: ItemRow, wanted: str) -> bool:
    return holds_every_word(f"{row.identifier} {row.title}", wanted)


def _sections(
    rows: list[ItemRow], titles: dict[str, str], wanted: set[str]
) -> tuple[SectionRows, ...]:
    members: dict[str, list[ItemRow]] = {identifier: [] for identifier in titles}
    for row in rows:
        members[row.section].append(row)
    return tuple(
        SectionRows(
            identifier=identifier,
            title=titles[identifier],
            counts=count_outcomes(row.outcome for row in inside),
            items=tuple(row for row in inside if row.identifier in wanted),
        )
        for identifier, inside in members.items()
    )
