"""What findings propose for the items of open checklists; a person decides."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

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
    Project,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.services.clock import now
from checklist_app.services.corrected_routes import Rule, corrected_routes
from checklist_app.services.routing import Route, batches, most_exact, routes_to_items

MILDEST_RANK = Severity.INFO.rank


@dataclass(frozen=True, slots=True)
class _RoutedFinding:
    id: int
    severity_rank: int
    rule: Rule
    keys: tuple[tuple[MappingKind, str], ...]


def refresh(session: Session, project: Project) -> None:
    """Bring the suggestions of a project's open checklists in line with its open findings.

    Adds what is missing, takes away what findings had proposed that are no longer open, and leaves
    the rest untouched, so that a second call writes nothing. A finding below the threshold of the
    project, or one that rests on weak routes alone, proposes ``partial``: somebody should look.
    """
    findings = _open_findings(session, project)
    routes = routes_to_items(
        session, project, {key for finding in findings for key in finding.keys}
    )
    corrections = corrected_routes(session, project)
    wanted: dict[tuple[int, int], Route] = {}
    for finding in findings:
        mapped = (route for key in finding.keys for route in routes.get(key, ()))
        for route in most_exact(corrections.applied(finding.rule, mapped)):
            known = wanted.get((route.item_id, finding.id))
            if known is None or route.weight < known.weight:
                wanted[route.item_id, finding.id] = route
    _withdraw(session, project, Finding.status != FindingStatus.OPEN)
    _add(session, project, wanted, {finding.id: finding.severity_rank for finding in findings})


def refresh_weak(session: Session, project: Project) -> None:
    """Bring suggestions in line after the library changed: a weak route may lead elsewhere now."""
    _withdraw(session, project, SuggestionFinding.confidence == Confidence.WEAK)
    refresh(session, project)


def apply_threshold(session: Session, project: Project) -> None:
    """Bring suggestions of open checklists in line with the project's threshold."""
    ids = session.scalars(
        select(Suggestion.id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(Checklist.project_id == project.id, Checklist.status == ChecklistStatus.OPEN)
    )
    _settle(session, project, set(ids))


def refresh_rule(session: Session, project: Project, rule: Rule) -> None:
    """Bring suggestions in line after somebody corrected where a rule leads."""
    tool, rule_id = rule
    _withdraw(session, project, (Finding.tool == tool) & (Finding.rule_id == rule_id))
    refresh(session, project)


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
            row.id,
            row.severity_rank,
            (row.tool, row.rule_id),
            keys_of(row.tool, row.rule_id, row.cwes, row.tags),
        )
        for row in rows
    ]


def _withdraw(session: Session, project: Project, unwanted: ColumnElement[bool]) -> None:
    """Take findings away from the suggestions of open checklists, and then what is empty."""
    gone = session.execute(
        select(SuggestionFinding.id, SuggestionFinding.suggestion_id)
        .join(Finding, Finding.id == SuggestionFinding.finding_id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(
            Finding.project_id == project.id,
            unwanted,
            Checklist.status == ChecklistStatus.OPEN,
        )
    ).all()
    for batch in batches([row.id for row in gone]):
        session.execute(delete(SuggestionFinding).where(SuggestionFinding.id.in_(batch)))
    if gone:
        session.execute(
            delete(Suggestion).where(
                ~select(SuggestionFinding.id)
                .where(SuggestionFinding.suggestion_id == Suggestion.id)
                .exists()
            )
        )
    _settle(session, project, {row.suggestion_id for row in gone})


def _settle(session: Session, project: Project, suggestion_ids: set[int]) -> None:
    """Let suggestions propose what the findings behind them do now."""
    is_weak = SuggestionFinding.confidence == Confidence.WEAK
    worst = func.min(case((is_weak, MILDEST_RANK), else_=Finding.severity_rank))
    proposed = case((worst > project.fail_threshold.rank, Outcome.PARTIAL), else_=Outcome.FAIL)
    for batch in batches(sorted(suggestion_ids)):
        rows = session.execute(
            select(SuggestionFinding.suggestion_id, proposed)
            .join(Finding, Finding.id == SuggestionFinding.finding_id)
            .where(SuggestionFinding.suggestion_id.in_(batch))
            .group_by(SuggestionFinding.suggestion_id)
        ).all()
        for outcome in (Outcome.PARTIAL, Outcome.FAIL):
            ids = [id_ for id_, found in rows if found == outcome]
            session.execute(
                update(Suggestion)
                .where(Suggestion.id.in_(ids), Suggestion.outcome != outcome)
                .values(outcome=outcome, updated_at=now())
            )


def _add(
    session: Session,
    project: Project,
    wanted: dict[tuple[int, int], Route],
    ranks: dict[int, int],
) -> None:
    present = _present(session, project)
    missing = [pair for pair in sorted(wanted) if pair not in present]
    if not missing:
        return
    suggestions = _suggestions(session, project, {item_id for item_id, _ in missing})
    worst: dict[int, int] = {}
    for item_id, finding_id in missing:
        is_weak = wanted[item_id, finding_id].confidence is Confidence.WEAK
        rank = MILDEST_RANK if is_weak else ranks[finding_id]
        worst[item_id] = min(worst.get(item_id, MILDEST_RANK), rank)
    for item_id, rank in worst.items():
        suggestion = suggestions[item_id]
        suggestion.updated_at = now()
        if rank <= project.fail_threshold.rank:
            suggestion.outcome = Outcome.FAIL
    session.flush()
    for batch in batches(missing):
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
