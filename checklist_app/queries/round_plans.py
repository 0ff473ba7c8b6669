"""What continues what from one round of a checklist to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from checklist_app.domain.lineage import SAME_MEANING, Step, compare, complete
from checklist_app.domain.vocabulary import Change, Outcome
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    EvidenceLink,
    Lineage,
    Requirement,
    RequirementText,
    Standard,
)


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
