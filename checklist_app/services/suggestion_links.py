"""The links from findings to the suggestions of open checklists, completed batch by batch."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Confidence, Outcome, Severity
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Project,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.models.base import LongText
from checklist_app.models.bulk import insert_rows
from checklist_app.queries.marks import counts
from checklist_app.services.clock import now, today
from checklist_app.services.kind_routes import Kind, KindRoutes
from checklist_app.services.routing import Route

MILDEST_RANK = Severity.INFO.rank


_Ranked = tuple[int, int]
"""The key and the severity rank of a finding."""


class Completing:
    """Adds what open findings propose and what is missing.

    Most findings of a report are of few kinds, so where each kind leads is found out once.
    """

    def __init__(self, session: Session, project: Project) -> None:
        self._session = session
        self._project = project
        self._suggestions = _suggestions(session, project)
        self._routes = KindRoutes(session, project)
        self._now = now()  # one moment for all batches, so that a suggestion is written once

    def take(self, finding_ids: Sequence[int]) -> None:
        """Complete what these findings propose; ask with as many as one statement can take."""
        by_kind = self._open(finding_ids)
        self._routes.learn(by_kind)
        if not any(self._routes.of(kind) for kind in by_kind):
            return
        present = self._present(finding_ids)
        missing = [
            (route, left)
            for kind, found in by_kind.items()
            for route in self._routes.of(kind)
            if (left := [one for one in found if (route.item_id, one[0]) not in present])
        ]
        if missing:
            self._add(missing)

    def _open(self, finding_ids: Sequence[int]) -> dict[Kind, list[_Ranked]]:
        """Return those that are open, by their kind."""
        rows = self._session.execute(
            select(
                Finding.id,
                Finding.severity_rank,
                Finding.tool,
                Finding.rule_id,
                # Thousands of findings share these: what is stored is read once for each kind.
                type_coerce(Finding.cwes, LongText),
                type_coerce(Finding.tags, LongText),
            ).where(Finding.id.in_(finding_ids), counts(today()))
        )
        alike: dict[tuple[str, ...], list[_Ranked]] = defaultdict(list)
        for id_, rank, *stored in rows:
            alike[tuple(stored)].append((id_, rank))
        found: dict[Kind, list[_Ranked]] = defaultdict(list)
        for (tool, rule_id, cwes, tags), ranked in alike.items():
            found[Kind.of(tool, rule_id, json.loads(cwes), json.loads(tags))] += ranked
        return found

    def _present(self, finding_ids: Sequence[int]) -> set[tuple[int, int]]:
        rows = self._session.execute(
            select(Suggestion.item_id, SuggestionFinding.finding_id)
            .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
            .where(SuggestionFinding.finding_id.in_(finding_ids))
        )
        return {(item_id, finding_id) for item_id, finding_id in rows}

    def _add(self, missing: Sequence[tuple[Route, Sequence[_Ranked]]]) -> None:
        """Link findings to the items to which the route of their kind leads."""
        worst: dict[int, int] = {}
        for route, found in missing:
            is_weak = route.confidence is Confidence.WEAK
            rank = MILDEST_RANK if is_weak else min(rank for _, rank in found)
            worst[route.item_id] = min(worst.get(route.item_id, MILDEST_RANK), rank)
        self._propose(worst)
        links = [
            (suggestion_id, id_, route.via, route.depth, route.confidence)
            for route, found in missing
            if (suggestion_id := self._suggestions[route.item_id].id)
            for id_, _ in found
        ]
        columns = ("suggestion_id", "finding_id", "via", "depth", "confidence")
        insert_rows(self._session, SuggestionFinding, columns, sorted(links))

    def _propose(self, worst: Mapping[int, int]) -> None:
        """Let the suggestions of items say what findings of these severity ranks do."""
        for item_id, rank in sorted(worst.items()):
            suggestion = self._suggestions.get(item_id)
            if suggestion is None:
                suggestion = Suggestion(
                    item_id=item_id,
                    outcome=Outcome.PARTIAL,
                    created_at=self._now,
                    updated_at=self._now,
                )
                self._suggestions[item_id] = suggestion
                self._session.add(suggestion)
            suggestion.updated_at = self._now
            if rank <= self._project.fail_threshold.rank:
                suggestion.outcome = Outcome.FAIL
        self._session.flush()


def _suggestions(session: Session, project: Project) -> dict[int, Suggestion]:
    known = session.scalars(
        select(Suggestion)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(Checklist.project_id == project.id)
    )
    return {suggestion.item_id: suggestion for suggestion in known}
