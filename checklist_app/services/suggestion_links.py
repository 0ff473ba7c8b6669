"""The links from findings to the suggestions of open checklists, completed batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
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
from checklist_app.queries.marks import counts
from checklist_app.services.clock import now, today
from checklist_app.services.kind_routes import Kind, KindRoutes
from checklist_app.services.routing import Route

MILDEST_RANK = Severity.INFO.rank


@dataclass(frozen=True, slots=True)
class _Link:
    item_id: int
    finding_id: int
    severity_rank: int
    route: Route


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
        rows = self._open(finding_ids)
        self._routes.learn(kind for kind, _, _ in rows)
        links = [
            _Link(route.item_id, id_, rank, route)
            for kind, id_, rank in rows
            for route in self._routes.of(kind)
        ]
        if not links:
            return
        present = self._present(finding_ids)
        missing = [link for link in links if (link.item_id, link.finding_id) not in present]
        if missing:
            self._add(sorted(missing, key=lambda link: (link.item_id, link.finding_id)))

    def _open(self, finding_ids: Sequence[int]) -> list[tuple[Kind, int, int]]:
        """Return the kind, the key and the rank of those that are open."""
        rows = self._session.execute(
            select(
                Finding.id,
                Finding.severity_rank,
                Finding.cwes,
                Finding.tags,
                Finding.tool,
                Finding.rule_id,
            ).where(Finding.id.in_(finding_ids), counts(today()))
        )
        return [
            (
                Kind.of(row.tool, row.rule_id, row.cwes, row.tags),
                row.id,
                row.severity_rank,
            )
            for row in rows
        ]

    def _present(self, finding_ids: Sequence[int]) -> set[tuple[int, int]]:
        rows = self._session.execute(
            select(Suggestion.item_id, SuggestionFinding.finding_id)
            .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
            .where(SuggestionFinding.finding_id.in_(finding_ids))
        )
        return {(item_id, finding_id) for item_id, finding_id in rows}

    def _add(self, links: list[_Link]) -> None:
        worst: dict[int, int] = {}
        for link in links:
            is_weak = link.route.confidence is Confidence.WEAK
            rank = MILDEST_RANK if is_weak else link.severity_rank
            worst[link.item_id] = min(worst.get(link.item_id, MILDEST_RANK), rank)
        self._propose(worst)
        self._session.connection().execute(
            insert(SuggestionFinding),
            [
                {
                    "suggestion_id": self._suggestions[link.item_id].id,
                    "finding_id": link.finding_id,
                    "via": link.route.via,
                    "depth": link.route.depth,
                    "confidence": link.route.confidence,
                }
                for link in links
            ],
        )

    def _propose(self, worst: Mapping[int, int]) -> None:
        """Let the suggestions of items say what findings of these severity ranks do."""
        for item_id, rank in worst.items():
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
