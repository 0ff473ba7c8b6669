"""How what tools say stands to the verdicts of a checklist, for all its items at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from checklist_app.domain.standards import ScannerKind
from checklist_app.domain.vocabulary import FindingStatus, Outcome, SuggestionState
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Evidence,
    EvidenceLink,
    Finding,
    FindingSighting,
    Project,
    Requirement,
    ScanImport,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.queries.item_suggestions import MILDER_THAN
from checklist_app.queries.support import is_stale, newest_scans
from checklist_app.scanners.kinds import kinds_of


@dataclass(frozen=True, slots=True)
class OlderEvidence:
    """The newest evidence of a verdict, and the scan that spoke after it was collected.

    ``finds`` tells whether that scan reports findings there or found nothing.
    """

    evidence_id: int
    evidence: str
    collected_at: datetime
    import_id: int
    tool: str
    scanned_at: datetime
    finds: bool


@dataclass(frozen=True, slots=True)
class ItemStates:
    """What holds for one item; ``older`` says why, where the evidence is older than a scan."""

    states: frozenset[SuggestionState]
    older: OlderEvidence | None = None


NOTHING = ItemStates(frozenset())


@dataclass(frozen=True, slots=True)
class _Item:
    id: int
    outcome: Outcome | None
    suggested: Outcome | None
    kinds: frozenset[ScannerKind]


@dataclass(frozen=True, slots=True)
class _Scan:
    row: ScanImport
    at: datetime


@dataclass(frozen=True, slots=True)
class _Piece:
    id: int
    title: str
    collected_at: datetime


def item_states(
    session: Session, project: Project, checklist: Checklist, today: date, *wanted: int
) -> dict[int, ItemStates]:
    """Return the states of a checklist's items by key, in four queries however many there are.

    Args:
        session: reads.
        project: whose scans and whose idea of a fresh one.
        checklist: one of the project's.
        today: decides which scans are stale.
        wanted: keys of the items; none asks for all.
    """
    scans = [_Scan(row, row.started_at or row.created_at) for row in newest_scans(session, project)]
    if not scans:
        return {}
    in_question = and_(
        ChecklistItem.checklist_id == checklist.id,
        ChecklistItem.id.in_(wanted) if wanted else true(),
    )
    accused = _accused(session, in_question)
    pieces = _pieces(session, in_question)
    found = {}
    for item in _items(session, in_question):
        tools, scopes = accused.get(item.id, (frozenset(), frozenset()))
        reporting = [scan for scan in scans if scan.row.scope_id in scopes]
        supporting = [scan for scan in scans if _supports(scan, item, tools)]
        found[item.id] = _judged(
            item, reporting, supporting, pieces.get(item.id, []), (project, today)
        )
    return found


def _judged(
    item: _Item,
    reporting: Sequence[_Scan],
    supporting: Sequence[_Scan],
    pieces: Sequence[_Piece],
    freshness: tuple[Project, date],
) -> ItemStates:
    project, today = freshness
    states = set()
    if item.suggested is not None:
        states.add(SuggestionState.FAIL)
        if item.outcome in MILDER_THAN[item.suggested]:
            states.add(SuggestionState.CONFLICT)
    if supporting:
        states.add(SuggestionState.SUPPORT)
    speaking = reporting or supporting
    if speaking and all(is_stale(project, scan.at, today) for scan in speaking):
        states.add(SuggestionState.STALE)
    denying = supporting if item.outcome is not None and item.outcome.is_gap else ()
    older = _older(item, [*reporting, *denying], pieces, reporting)
    if older is not None:
        states.add(SuggestionState.CONFLICT)
    return ItemStates(frozenset(states), older)


def _older(
    item: _Item, speaking: Sequence[_Scan], pieces: Sequence[_Piece], reporting: Sequence[_Scan]
) -> OlderEvidence | None:
    """Return what shows that a scan spoke after the newest evidence of a verdict, if one did.

    A scan that is evidence of the item itself has been looked at.
    """
    if item.outcome is None or not speaking or not pieces:
        return None
    scan = max(speaking, key=lambda one: (one.at, one.row.id))
    newest = max(pieces, key=lambda piece: (piece.collected_at, piece.id))
    if newest.collected_at >= scan.at or scan.row.evidence_id in {piece.id for piece in pieces}:
        return None
    return OlderEvidence(
        evidence_id=newest.id,
        evidence=newest.title,
        collected_at=newest.collected_at,
        import_id=scan.row.id,
        tool=scan.row.tool,
        scanned_at=scan.at,
        finds=scan in reporting,
    )


def _supports(scan: _Scan, item: _Item, accusing: frozenset[str]) -> bool:
    return (
        not scan.row.account.get("problems")
        and scan.row.tool not in accusing
        and bool(item.kinds & kinds_of(scan.row.format, scan.row.tool))
    )


def _items(session: Session, in_question: ColumnElement[bool]) -> list[_Item]:
    rows = session.execute(
        select(ChecklistItem.id, ChecklistItem.outcome, Suggestion.outcome, Requirement.scanners)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .outerjoin(Suggestion, Suggestion.item_id == ChecklistItem.id)
        .where(in_question)
    )
    return [
        _Item(id_, outcome, suggested, frozenset(map(ScannerKind, kinds)))
        for id_, outcome, suggested, kinds in rows
    ]


def _accused(
    session: Session, in_question: ColumnElement[bool]
) -> dict[int, tuple[frozenset[str], frozenset[int]]]:
    """Return, by item, the tools with open findings there and the scopes that report them now."""
    rows = session.execute(
        select(ChecklistItem.id, Finding.tool, FindingSighting.scope_id)
        .select_from(ChecklistItem)
        .join(Suggestion, Suggestion.item_id == ChecklistItem.id)
        .join(SuggestionFinding, SuggestionFinding.suggestion_id == Suggestion.id)
        .join(Finding, Finding.id == SuggestionFinding.finding_id)
        .outerjoin(
            FindingSighting,
            and_(FindingSighting.finding_id == Finding.id, FindingSighting.is_present),
        )
        .where(in_question, Finding.status == FindingStatus.OPEN)
        .distinct()
    )
    tools: dict[int, set[str]] = defaultdict(set)
    scopes: dict[int, set[int]] = defaultdict(set)
    for item_id, tool, scope_id in rows:
        tools[item_id].add(tool)
        if scope_id is not None:
            scopes[item_id].add(scope_id)
    return {id_: (frozenset(found), frozenset(scopes[id_])) for id_, found in tools.items()}


def _pieces(session: Session, in_question: ColumnElement[bool]) -> dict[int, list[_Piece]]:
    rows = session.execute(
        select(ChecklistItem.id, Evidence.id, Evidence.title, Evidence.collected_at)
        .join(EvidenceLink, EvidenceLink.item_id == ChecklistItem.id)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(in_question, ChecklistItem.outcome.is_not(None))
    )
    found: dict[int, list[_Piece]] = defaultdict(list)
    for item_id, evidence_id, title, collected_at in rows:
        found[item_id].append(_Piece(evidence_id, title, collected_at))
    return found
