"""What findings propose for the items of open checklists; a person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.cwe_tree import Reached
from checklist_app.domain.findings import keys_of
from checklist_app.domain.vocabulary import (
    ChecklistStatus,
    Confidence,
    FindingStatus,
    MappingKind,
    Outcome,
    Severity,
)
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Mapping,
    Project,
    Requirement,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.services.clock import now

BATCH = 1000
_Value = TypeVar("_Value")
FAIL_RANK = Severity.MEDIUM.rank
MILDEST_RANK = Severity.INFO.rank


@dataclass(frozen=True, slots=True)
class _Route:
    item_id: int
    via: str
    depth: int
    confidence: Confidence

    @property
    def weight(self) -> tuple[bool, int]:
        """The smaller, the better: an exact and certain route first."""
        return self.confidence is Confidence.WEAK, self.depth


@dataclass(frozen=True, slots=True)
class _RoutedFinding:
    id: int
    severity_rank: int
    keys: tuple[tuple[MappingKind, str], ...]


def refresh(session: Session, project: Project) -> None:
    """Bring the suggestions of a project's open checklists in line with its open findings.

    Adds what is missing, takes away what suppressed findings had proposed, and leaves the rest
    untouched, so that a second call writes nothing.
    """
    findings = _open_findings(session, project)
    routes = _routes(session, project, {key for finding in findings for key in finding.keys})
    wanted: dict[tuple[int, int], _Route] = {}
    for finding in findings:
        for key in finding.keys:
            for route in routes.get(key, ()):
                known = wanted.get((route.item_id, finding.id))
                if known is None or route.weight < known.weight:
                    wanted[route.item_id, finding.id] = route
    _withdraw_suppressed(session, project)
    _add(session, project, wanted, {finding.id: finding.severity_rank for finding in findings})


def routed_keys(
    session: Session, keys: Iterable[tuple[MappingKind, str]]
) -> set[tuple[MappingKind, str]]:
    """Return those keys that speak to some requirement of the library, if only by an ancestor."""
    keys = set(keys)
    found = {
        (kind, key)
        for kind, names in _by_kind(keys).items()
        for batch in _batches(names)
        for key in session.scalars(
            select(Mapping.key).where(Mapping.kind == kind, Mapping.key.in_(batch)).distinct()
        )
    }
    left = {key for key in keys if key[0] is MappingKind.CWE and key not in found}
    if left:
        mapped = session.scalars(
            select(Mapping.key).where(Mapping.kind == MappingKind.CWE).distinct()
        )
        known = {int(key) for key in mapped}
        found |= {key for key in left if cwe_tree().nearest(int(key[1]), known)}
    return found


def _open_findings(session: Session, project: Project) -> list[_RoutedFinding]:
    rows = session.execute(
        select(
            Finding.id,
            Finding.severity_rank,
            Finding.cwes,
            Finding.tags,
            Finding.tool,
            Finding.rule_id,
        ).where(Finding.project_id == project.id, Finding.status == FindingStatus.OPEN)
    )
    return [
        _RoutedFinding(
            row.id, row.severity_rank, keys_of(row.tool, row.rule_id, row.cwes, row.tags)
        )
        for row in rows
    ]


def _routes(
    session: Session, project: Project, keys: set[tuple[MappingKind, str]]
) -> dict[tuple[MappingKind, str], list[_Route]]:
    """Return, for each key, the items of open checklists that it speaks to.

    A weakness that no requirement of a list names reaches it through its nearest ancestor that one
    names; such a route is weak, however exact the ancestor is.
    """
    routes: dict[tuple[MappingKind, str], list[_Route]] = defaultdict(list)
    others = {key for key in keys if key[0] is not MappingKind.CWE}
    for kind, key, _, confidence, item_id in _mapped_items(session, project, others):
        routes[kind, key].append(_Route(item_id, key, 0, confidence))
    ways = _ways(session, project, {int(key) for kind, key in keys if kind is MappingKind.CWE})
    reached = {
        (MappingKind.CWE, str(way.via))
        for found in ways.values()
        for nearest in found.values()
        for way in nearest
    }
    items: dict[tuple[int, int], list[tuple[int, Confidence]]] = defaultdict(list)
    for _, key, standard_id, confidence, item_id in _mapped_items(session, project, reached):
        items[standard_id, int(key)].append((item_id, confidence))
    for cwe, found in ways.items():
        for standard_id, nearest in found.items():
            routes[MappingKind.CWE, str(cwe)].extend(
                _Route(
                    item_id,
                    f"CWE-{way.via}",
                    way.depth,
                    Confidence.WEAK if way.depth else confidence,
                )
                for way in nearest
                for item_id, confidence in items[standard_id, way.via]
            )
    return routes


def _ways(
    session: Session, project: Project, cwes: set[int]
) -> dict[int, dict[int, tuple[Reached, ...]]]:
    """Return, for each weakness, how it reaches each standard of an open checklist."""
    known: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(Requirement.standard_id, Mapping.key)
        .join(Mapping, Mapping.requirement_id == Requirement.id)
        .where(
            Mapping.kind == MappingKind.CWE,
            Requirement.standard_id.in_(
                select(Checklist.standard_id).where(
                    Checklist.project_id == project.id,
                    Checklist.status == ChecklistStatus.OPEN,
                )
            ),
        )
        .distinct()
    )
    for standard_id, key in rows:
        known[standard_id].add(int(key))
    tree = cwe_tree()
    return {
        cwe: {
            standard_id: nearest
            for standard_id, numbers in known.items()
            if (nearest := tree.nearest(cwe, numbers))
        }
        for cwe in cwes
    }


def _mapped_items(
    session: Session, project: Project, keys: Iterable[tuple[MappingKind, str]]
) -> Iterator[tuple[MappingKind, str, int, Confidence, int]]:
    """Yield kind, key, standard, confidence and item for keys that requirements name."""
    for kind, names in _by_kind(keys).items():
        for batch in _batches(names):
            rows = session.execute(
                select(Mapping.key, Checklist.standard_id, Mapping.confidence, ChecklistItem.id)
                .join(ChecklistItem, ChecklistItem.requirement_id == Mapping.requirement_id)
                .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
                .where(
                    Checklist.project_id == project.id,
                    Checklist.status == ChecklistStatus.OPEN,
                    Mapping.kind == kind,
                    Mapping.key.in_(batch),
                )
            )
            for key, standard_id, confidence, item_id in rows:
                yield kind, key, standard_id, confidence, item_id


def _by_kind(keys: Iterable[tuple[MappingKind, str]]) -> dict[MappingKind, list[str]]:
    grouped: dict[MappingKind, list[str]] = defaultdict(list)
    for kind, key in sorted(keys):
        grouped[kind].append(key)
    return grouped


def _batches(values: Sequence[_Value]) -> Iterable[Sequence[_Value]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def _withdraw_suppressed(session: Session, project: Project) -> None:
    gone = session.scalars(
        select(SuggestionFinding.id)
        .join(Finding, Finding.id == SuggestionFinding.finding_id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(
            Finding.project_id == project.id,
            Finding.status == FindingStatus.SUPPRESSED,
            Checklist.status == ChecklistStatus.OPEN,
        )
    ).all()
    for batch in _batches(gone):
        session.execute(delete(SuggestionFinding).where(SuggestionFinding.id.in_(batch)))
    if gone:
        session.execute(
            delete(Suggestion).where(
                ~select(SuggestionFinding.id)
                .where(SuggestionFinding.suggestion_id == Suggestion.id)
                .exists()
            )
        )


def _add(
    session: Session,
    project: Project,
    wanted: dict[tuple[int, int], _Route],
    ranks: dict[int, int],
) -> None:
    present = _present(session, project)
    missing = [pair for pair in sorted(wanted) if pair not in present]
    if not missing:
        return
    suggestions = _suggestions(session, project, {item_id for item_id, _ in missing})
    worst: dict[int, int] = {}
    for item_id, finding_id in missing:
        worst[item_id] = min(worst.get(item_id, MILDEST_RANK), ranks[finding_id])
    for item_id, rank in worst.items():
        suggestion = suggestions[item_id]
        suggestion.updated_at = now()
        if rank <= FAIL_RANK:
            suggestion.outcome = Outcome.FAIL
    session.flush()
    for batch in _batches(missing):
        session.execute(
            insert(SuggestionFinding),
            [
                {
                    "suggestion_id": suggestions[item_id].id,
                    "finding_id": finding_id,
                    "via": wanted[item_id, finding_id].via,
                    "depth": wanted[item_id, finding_id].depth,
                    "confidence": wanted[item_id, finding_id].confidence,
                }
                for item_id, finding_id in batch
            ],
        )


def _present(session: Session, project: Project) -> set[tuple[int, int]]:
    rows = session.execute(
        select(Suggestion.item_id, SuggestionFinding.finding_id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(Finding, Finding.id == SuggestionFinding.finding_id)
        .where(Finding.project_id == project.id)
    )
    return {(item_id, finding_id) for item_id, finding_id in rows}


def _suggestions(session: Session, project: Project, item_ids: set[int]) -> dict[int, Suggestion]:
    known = session.scalars(
        select(Suggestion)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(Checklist.project_id == project.id)
    )
    found = {suggestion.item_id: suggestion for suggestion in known}
    for item_id in sorted(item_ids - found.keys()):
        found[item_id] = Suggestion(
            item_id=item_id, outcome=Outcome.PARTIAL, created_at=now(), updated_at=now()
        )
        session.add(found[item_id])
    session.flush()
    return found
