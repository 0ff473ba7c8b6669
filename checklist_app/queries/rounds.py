"""What a new round takes from the one before, requirement by requirement."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.lineage import SAME_MEANING, Step, compare, complete
from checklist_app.domain.tailoring import EVERYTHING, Tailoring, missing_features
from checklist_app.domain.vocabulary import Change, Language, Outcome
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    EvidenceLink,
    Lineage,
    Requirement,
    RequirementText,
    Standard,
)
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class Wanted:
    """A requirement that the new round has an item for."""

    id: int
    identifier: str
    position: int
    features: list[str]


@dataclass(frozen=True, slots=True)
class Former:
    """An item of the earlier round."""

    item_id: int
    identifier: str
    outcome: Outcome | None
    evidence_count: int


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What continues what between a checklist and the next round; nothing is written yet."""

    wanted: tuple[Wanted, ...]
    formers: Mapping[str, Former]
    steps: tuple[Step, ...]
    _sources: dict[str, list[Step]] = field(default_factory=lambda: defaultdict(list), init=False)

    def __post_init__(self) -> None:
        """Sort the steps by where they lead."""
        for step in self.steps:
            if step.before and step.after:
                self._sources[step.after].append(step)

    def sources(self, identifier: str) -> list[tuple[Former, Change]]:
        """Return the former items that an item of the new round continues."""
        return [
            (self.formers[step.before], step.change) for step in self._sources.get(identifier, ())
        ]

    def carried(self, identifier: str) -> Former | None:
        """Return the former item whose verdict can be carried over, if there is one.

        The meaning must be the same, and nothing else that flows together here may have been
        judged otherwise.
        """
        judged = [(former, change) for former, change in self.sources(identifier) if former.outcome]
        same = [former for former, change in judged if change in SAME_MEANING]
        if len(same) != 1 or {former.outcome for former, _ in judged} != {same[0].outcome}:
            return None
        return same[0]

    def has_history(self, identifier: str) -> bool:
        """Return whether a verdict or evidence of the earlier round belongs to this item."""
        return any(
            former.outcome or former.evidence_count for former, _ in self.sources(identifier)
        )


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One step of the preview in the reader's language; a side is empty where there is nothing.

    ``carried`` tells that the verdict comes along as it is.
    """

    change: Change
    before_identifier: str
    before_title: str
    before_statement: str
    outcome: Outcome | None
    evidence_count: int
    after_identifier: str
    after_title: str
    after_statement: str
    carried: bool


@dataclass(frozen=True, slots=True)
class RoundPreview:
    """What starting the round would do, in numbers and line by line."""

    lines: tuple[RoundLine, ...]
    counts: Mapping[Change, int]
    carried: int
    needs_review: int
    excluded: int


def assessed(session: Session, standard_id: int, level: int | None) -> tuple[Wanted, ...]:
    """Return the requirements of a standard up to ``level``, in order."""
    query = select(
        Requirement.id, Requirement.identifier, Requirement.position, Requirement.features
    ).where(Requirement.standard_id == standard_id, Requirement.is_leaf)
    if level is not None:
        query = query.where(or_(Requirement.level.is_(None), Requirement.level <= level))
    rows = session.execute(query.order_by(Requirement.position))
    return tuple(Wanted(*row) for row in rows)


def plan_round(
    session: Session, previous: Checklist, standard: Standard, level: int | None
) -> RoundPlan:
    """Return how a round over ``standard`` would continue ``previous``.

    A published lineage tells it where there is one; otherwise the words of both editions do.
    """
    wanted = assessed(session, standard.id, level)
    formers = _formers(session, previous)
    after = [requirement.identifier for requirement in wanted]
    if previous.standard_id == standard.id:
        steps = [Step(identifier, identifier, Change.UNCHANGED) for identifier in after]
    else:
        former_standard = session.get_one(Standard, previous.standard_id)
        steps = _published(session, former_standard, standard) or compare(
            _words(session, former_standard), _words(session, standard)
        )
    return RoundPlan(wanted, formers, tuple(complete(steps, formers, after)))


def preview_round(
    session: Session,
    previous: Checklist,
    standard: Standard,
    language: Language,
    tailoring: Tailoring = EVERYTHING,
) -> RoundPreview:
    """Return what a round over ``standard`` would take from ``previous``."""
    plan = plan_round(session, previous, standard, tailoring.level)
    before = _texts(session, previous.standard_id, language)
    after = _texts(session, standard.id, language)
    lines = tuple(_line(plan, step, before, after) for step in plan.steps)
    identifiers = [requirement.identifier for requirement in plan.wanted]
    carried = {identifier for identifier in identifiers if plan.carried(identifier)}
    return RoundPreview(
        lines=lines,
        counts=Counter(step.change for step in plan.steps),
        carried=len(carried),
        needs_review=sum(
            1 for name in identifiers if name not in carried and plan.has_history(name)
        ),
        excluded=sum(
            1 for one in plan.wanted if missing_features(one.features, tailoring.features)
        ),
    )


def _line(
    plan: RoundPlan,
    step: Step,
    before: Mapping[str, tuple[str, str]],
    after: Mapping[str, tuple[str, str]],
) -> RoundLine:
    former = plan.formers.get(step.before)
    carried = plan.carried(step.after) if step.after else None
    return RoundLine(
        change=step.change,
        before_identifier=step.before,
        before_title=before[step.before][0] if step.before else "",
        before_statement=before[step.before][1] if step.before else "",
        outcome=former.outcome if former else None,
        evidence_count=former.evidence_count if former else 0,
        after_identifier=step.after,
        after_title=after[step.after][0] if step.after else "",
        after_statement=after[step.after][1] if step.after else "",
        carried=carried is not None and carried is former,
    )


def _formers(session: Session, previous: Checklist) -> dict[str, Former]:
    rows = session.execute(
        select(
            ChecklistItem.id,
            Requirement.identifier,
            ChecklistItem.outcome,
            func.count(EvidenceLink.id),
        )
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .outerjoin(EvidenceLink, EvidenceLink.item_id == ChecklistItem.id)
        .where(ChecklistItem.checklist_id == previous.id)
        .group_by(
            ChecklistItem.id, Requirement.identifier, ChecklistItem.outcome, ChecklistItem.position
        )
        .order_by(ChecklistItem.position)
    )
    return {row[1]: Former(*row) for row in rows}


def _published(session: Session, before: Standard, after: Standard) -> list[Step]:
    if before.key != after.key:
        return []
    rows = session.execute(
        select(Lineage.from_identifier, Lineage.to_identifier, Lineage.change)
        .where(
            Lineage.standard_key == after.key,
            Lineage.from_version == before.version,
            Lineage.to_version == after.version,
        )
        .order_by(Lineage.id)
    )
    return [Step(*row) for row in rows]


def _words(session: Session, standard: Standard) -> dict[str, str]:
    """Return title and statement of every requirement in every language, by identifier."""
    rows = session.execute(
        select(Requirement.identifier, RequirementText.title, RequirementText.statement)
        .join(RequirementText, RequirementText.requirement_id == Requirement.id)
        .where(Requirement.standard_id == standard.id, Requirement.is_leaf)
        .order_by(Requirement.position, RequirementText.language)
    )
    words: dict[str, str] = defaultdict(str)
    for identifier, title, statement in rows:
        words[identifier] += f"{title}\n{statement}\n"
    return words


def _texts(session: Session, standard_id: int, language: Language) -> dict[str, tuple[str, str]]:
    rows = session.execute(
        select(Requirement.identifier, RequirementText.title, RequirementText.statement)
        .join(RequirementText, worded(language))
        .where(Requirement.standard_id == standard_id, Requirement.is_leaf)
    )
    return {identifier: (title, statement) for identifier, title, statement in rows}


@dataclass(frozen=True, slots=True)
class EditionChoice:
    """An edition that a checklist can move to."""

    id: int
    name: str
    version: str


def editions_after(
    session: Session, previous: Checklist, language: Language
) -> list[EditionChoice]:
    """Return the editions of the same list, newest first; the one in use is among them.

    Newest is the one that a lineage leads to from the one in use, then the later loaded.
    """
    current = session.get_one(Standard, previous.standard_id)
    onward = set(
        session.scalars(
            select(Lineage.to_version).where(
                Lineage.standard_key == current.key, Lineage.from_version == current.version
            )
        )
    )
    rows = session.scalars(select(Standard).where(Standard.key == current.key))
    order = {True: 0, False: 1}
    editions = sorted(
        rows,
        key=lambda row: (
            order[row.version in onward],
            order[row.id == current.id],
            -row.id,
        ),
    )
    return [
        EditionChoice(row.id, row.texts[language.value]["name"], row.version) for row in editions
    ]


def preview_between(
    session: Session,
    previous: Checklist,
    standard_id: int,
    language: Language,
    tailoring: Tailoring = EVERYTHING,
) -> RoundPreview:
    """Return the preview of moving to a standard by its key, or raise NotFound."""
    standard = session.get(Standard, standard_id)
    if standard is None:
        raise NotFound
    return preview_round(session, previous, standard, language, tailoring)
