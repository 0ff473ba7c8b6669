"""What an action does to the suggestions of open checklists: told before it is done, and bound."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.text import Text
from checklist_app.domain.triage import MarkState
from checklist_app.domain.vocabulary import ChecklistStatus, Outcome, Severity, TriageKind
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Project,
    Requirement,
    Suggestion,
    SuggestionFinding,
)


class Suggested(NamedTuple):
    """What tools propose for an item, and how many findings say so."""

    outcome: Outcome
    findings: int


@dataclass(frozen=True, slots=True)
class ItemEffect:
    """An item whose suggestion changes; None stands for no suggestion."""

    checklist_number: int
    identifier: str
    verdict: Outcome | None
    before: Suggested | None
    after: Suggested | None


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item that gets a plan."""

    item_id: int
    checklist_number: int
    identifier: str

    @property
    def target(self) -> str:
        """How the audit log names the item."""
        return f"{self.checklist_number}/{self.identifier}"


@dataclass(frozen=True, slots=True)
class Refused:
    """A finding that stays as it is, and why."""

    state: MarkState
    title: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Preview:
    """What an action will do, in full.

    Attributes:
        changed: the findings that it changes.
        refused: those of the selection that it leaves alone.
        effects: the items whose suggestion becomes another one.
        planned: the items that get a plan.
    """

    kind: TriageKind
    changed: list[MarkState]
    refused: list[Refused]
    effects: list[ItemEffect]
    planned: list[PlannedItem]

    @property
    def by_severity(self) -> dict[Severity, int]:
        """How many findings of each severity change, worst first."""
        found = Counter(state.severity for state in self.changed)
        return {severity: found[severity] for severity in Severity if found[severity]}

    @property
    def reasons(self) -> list[tuple[Text, int]]:
        """Why findings stay as they are, and how many for each reason."""
        found: dict[str, tuple[Text, int]] = {}
        for one in self.refused:
            known = found.get(str(one.reason), (one.reason, 0))
            found[str(one.reason)] = (one.reason, known[1] + 1)
        return sorted(found.values(), key=lambda pair: -pair[1])

    @property
    def digest(self) -> str:
        """What a confirmation is bound to: any change in all this makes another one."""
        told = [
            self.kind.value,
            [
                [state.id, state.severity, state.status, state.mark, state.mark_action_id]
                for state in self.changed
            ],
            [[one.state.id, str(one.reason)] for one in self.refused],
            [
                [one.checklist_number, one.identifier, one.verdict, one.before, one.after]
                for one in self.effects
            ],
            [one.target for one in self.planned],
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def suggested_now(session: Session, project: Project) -> dict[int, Suggested]:
    """Return what tools propose for the items of open checklists, by item."""
    rows = session.execute(
        select(Suggestion.item_id, Suggestion.outcome, func.count(SuggestionFinding.id))
        .join(SuggestionFinding, SuggestionFinding.suggestion_id == Suggestion.id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(Checklist.project_id == project.id, Checklist.status == ChecklistStatus.OPEN)
        .group_by(Suggestion.item_id, Suggestion.outcome)
    )
    return {item_id: Suggested(outcome, count) for item_id, outcome, count in rows}


def effects_between(
    session: Session,
    project: Project,
    before: Mapping[int, Suggested],
    after: Mapping[int, Suggested],
) -> list[ItemEffect]:
    """Return the items whose suggestion differs, in the order of their checklists."""
    differing = {
        item_id
        for item_id in before.keys() | after.keys()
        if before.get(item_id) != after.get(item_id)
    }
    if not differing:
        return []
    rows = session.execute(
        select(ChecklistItem.id, Checklist.number, Requirement.identifier, ChecklistItem.outcome)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(Checklist.project_id == project.id, Checklist.status == ChecklistStatus.OPEN)
        .order_by(Checklist.number, ChecklistItem.position)
    )
    return [
        ItemEffect(number, identifier, verdict, before.get(item_id), after.get(item_id))
        for item_id, number, identifier, verdict in rows
        if item_id in differing
    ]
