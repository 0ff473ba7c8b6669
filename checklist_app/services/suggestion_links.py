"""The links from findings to the suggestions of open checklists, completed batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from checklist_app.domain.findings import keys_of
from checklist_app.domain.vocabulary import (
    Confidence,
    MappingKind,
    Outcome,
    Severity,
)
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
from checklist_app.services.corrected_routes import Rule, corrected_routes
from checklist_app.services.routing import Route, most_exact, routes_to_items

MILDEST_RANK = Severity.INFO.rank
MOST_KINDS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class _Kind:
    """What findings have in common that lead to the same items."""

    rule: Rule
    keys: tuple[tuple[MappingKind, str], ...]


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
        self._corrections = corrected_routes(session, project)
        self._suggestions = _suggestions(session, project)
        self._routes: dict[_Kind, list[Route]] = {}
        self._now = now()  # one moment for all batches, so that a suggestion is written once

    def take(self, finding_ids: Sequence[int]) -> None:
        """Complete what these findings propose; ask with as many as one statement can take."""
        rows = self._open(finding_ids)
        self._learn(kind for kind, _, _ in rows)
        links = [
            _Link(route.item_id, id_, rank, route)
            for kind, id_, rank in rows
            for route in self._routes[kind]
        ]
        if not links:
            return
        present = self._present(finding_ids)
        missing = [link for link in links if (link.item_id, link.finding_id) not in present]
        if missing:
            self._add(sorted(missing, key=lambda link: (link.item_id, link.finding_id)))

    def _open(self, finding_ids: Sequence[int]) -> list[tuple[_Kind, int, int]]:
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
                _Kind((row.tool, row.rule_id), keys_of(row.tool, row.rule_id, row.cwes, row.tags)),
                row.id,
                row.severity_rank,
            )
            for row in rows
        ]

    def _learn(self, kinds: Iterable[_Kind]) -> None:
        """Find out where kinds of findings lead, each to an item by its best route."""
        if len(self._routes) > MOST_KINDS_KEPT:
            self._routes.clear()
        unknown = set(kinds) - self._routes.keys()
        if not unknown:
            return
        keys = {key for kind in unknown for key in kind.keys}
        by_key = routes_to_items(self._session, self._project, keys)
        for kind in unknown:
            mapped = (route for key in kind.keys for route in by_key.get(key, ()))
            best: dict[int, Route] = {}
            for route in most_exact(self._corrections.applied(kind.rule, mapped)):
                known = best.get(route.item_id)
                if known is None or route.weight < known.weight:
                    best[route.item_id] = route
            self._routes[kind] = list(best.values())

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
