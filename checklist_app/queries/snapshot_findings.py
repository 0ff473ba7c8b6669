"""What a snapshot says of tools: reports, findings that count, and those that people set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased, defer

from checklist_app.domain.snapshot_findings import FindingFacts, MarkFacts, ScanImportFacts
from checklist_app.domain.vocabulary import FindingMark, FindingStatus, Outcome
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Evidence,
    Finding,
    ScanImport,
    Suggestion,
    SuggestionFinding,
    TriageAction,
    User,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.marks import is_marked

MOST_FINDINGS = 25
"""Findings printed under one item; the rest is told as a number."""
_BATCH = 1000

SetAside = Mapping[int, Sequence[int]]
"""For items, the findings that a person set aside and that would speak to them, worst first."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the tools say of one item."""

    outcome: Outcome
    total: int
    findings: tuple[FindingFacts, ...]


def proposals(session: Session, checklist: Checklist, today: date) -> dict[int, Proposal]:
    """Return what the tools propose for items, with their worst findings, in one query."""
    place = func.row_number().over(
        partition_by=Suggestion.item_id, order_by=(Finding.severity_rank, Finding.id)
    )
    total = func.count().over(partition_by=Suggestion.item_id)
    ranked = (
        select(
            Suggestion.item_id,
            Suggestion.outcome,
            Finding.id.label("finding_id"),
            place.label("place"),
            total.label("total"),
        )
        .join(SuggestionFinding, SuggestionFinding.suggestion_id == Suggestion.id)
        .join(Finding, Finding.id == SuggestionFinding.finding_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .where(ChecklistItem.checklist_id == checklist.id)
        .subquery()
    )
    finding = aliased(Finding)
    found: dict[int, Proposal] = {}
    for item_id, outcome, count, row in session.execute(
        select(ranked.c.item_id, ranked.c.outcome, ranked.c.total, finding)
        .join(finding, finding.id == ranked.c.finding_id)
        .where(ranked.c.place <= MOST_FINDINGS)
        .order_by(ranked.c.item_id, ranked.c.place)
    ):
        known = found.get(item_id)
        findings = (known.findings if known else ()) + (_finding(row, today),)
        found[item_id] = Proposal(outcome, count, findings)
    return found


def set_aside_facts(
    session: Session, set_aside: SetAside, today: date
) -> dict[int, tuple[FindingFacts, ...]]:
    """Return the findings that are printed as set aside, by item."""
    wanted = sorted({id_ for ids in set_aside.values() for id_ in ids[:MOST_FINDINGS]})
    known = {
        finding.id: _finding(finding, today)
        for batch in _batches(wanted)
        for finding in session.scalars(
            select(Finding)
            .options(defer(Finding.description), defer(Finding.snippet), defer(Finding.locations))
            .where(Finding.id.in_(batch))
        )
    }
    return {
        item_id: tuple(known[id_] for id_ in ids[:MOST_FINDINGS])
        for item_id, ids in set_aside.items()
    }


def marks_in_force(session: Session, access: ProjectAccess, today: date) -> tuple[MarkFacts, ...]:
    """Return the acts that set findings aside which tools still report, oldest first."""
    held = (
        select(Finding.mark_action_id, func.count().label("findings"))
        .where(Finding.project_id == access.project.id, holds(today))
        .group_by(Finding.mark_action_id)
        .subquery()
    )
    rows = session.execute(
        select(TriageAction, User.name, held.c.findings)
        .join(held, held.c.mark_action_id == TriageAction.id)
        .join(User, User.id == TriageAction.acted_by_id)
        .order_by(TriageAction.id)
    )
    return tuple(
        MarkFacts(
            number=action.id,
            mark=FindingMark.ACCEPTED if action.expires_on else FindingMark.FALSE_POSITIVE,
            reason=action.reason,
            marked_by=author,
            marked_at=action.created_at,
            expires_on=action.expires_on,
            findings=findings,
        )
        for action, author, findings in rows
    )


def holds(today: date) -> ColumnElement[bool]:
    """Return the condition that a finding would count, were it not for a person's mark."""
    return (Finding.status == FindingStatus.OPEN) & is_marked(today)


def scan_imports(session: Session, access: ProjectAccess) -> tuple[ScanImportFacts, ...]:
    """Return the reports that were read to their end, each with its account."""
    rows = session.execute(
        select(ScanImport, Evidence.file_name, Evidence.blob_sha256, User.name)
        .join(Evidence, Evidence.id == ScanImport.evidence_id)
        .join(User, User.id == ScanImport.imported_by_id)
        .where(ScanImport.project_id == access.project.id, ScanImport.finished_at.is_not(None))
        .order_by(ScanImport.id)
    )
    return tuple(
        ScanImportFacts(
            number=scan_import.id,
            tool=scan_import.tool,
            tool_version=scan_import.tool_version,
            format=scan_import.format,
            file_name=file_name,
            sha256=sha256 or "",
            imported_at=scan_import.finished_at or scan_import.created_at,
            imported_by=author,
            results=scan_import.account["read"],
            kept=scan_import.account["new"] + scan_import.account["seen"],
            merged=scan_import.account["merged"],
            unrouted=scan_import.account["unrouted"],
        )
        for scan_import, file_name, sha256, author in rows
    )


def _finding(finding: Finding, today: date) -> FindingFacts:
    is_over = finding.marked_until is not None and finding.marked_until < today
    is_set_aside = finding.mark is not None and not is_over and finding.status is FindingStatus.OPEN
    return FindingFacts(
        id=finding.id,
        scan_import=finding.first_import_id,
        severity=finding.severity,
        tool=finding.tool,
        rule=finding.rule_id,
        title=finding.title,
        location=finding.location,
        cwes=tuple(sorted(finding.cwes)),
        mark=finding.mark_action_id if is_set_aside else None,
    )


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    left = iter(ids)
    while batch := list(islice(left, _BATCH)):
        yield batch
