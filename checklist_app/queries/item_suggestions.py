"""What tools propose for one item, and whether that denies the verdict in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Outcome, Severity
from checklist_app.models import Finding, Suggestion, SuggestionFinding
from checklist_app.queries.access import ItemAccess
from checklist_app.queries.support import is_stale, last_reported

SHOWN_FINDINGS = 20

MILDER_THAN = {
    Outcome.PARTIAL: frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE}),
    Outcome.FAIL: frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.PARTIAL}),
}
"""The verdicts that contradict what tools suggest."""


@dataclass(frozen=True, slots=True)
class SuggestedFinding:
    """A finding behind a suggestion, and the key that brought it here."""

    id: int
    severity: Severity
    tool: str
    rule_id: str
    title: str
    location: str
    via: str


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """What tools propose: the worst findings first, and how many ``more`` there are.

    Attributes:
        reported_at: when a scan last reported one of them; None if nobody knows.
        is_stale: whether that is longer ago than the project takes a scan for fresh.
        contradicts: whether the verdict in force is milder.
    """

    outcome: Outcome
    findings: list[SuggestedFinding]
    more: int
    reported_at: datetime | None
    is_stale: bool
    contradicts: bool


def suggestion_of_item(session: Session, opened: ItemAccess, today: date) -> SuggestionView | None:
    """Return what tools propose for an item, in three queries; None where they are silent."""
    item = opened.item
    suggestion = session.scalar(select(Suggestion).where(Suggestion.item_id == item.id))
    if suggestion is None:
        return None
    behind = (
        select(Finding, SuggestionFinding.via, func.count().over().label("total"))
        .join(SuggestionFinding, SuggestionFinding.finding_id == Finding.id)
        .where(SuggestionFinding.suggestion_id == suggestion.id)
        .order_by(Finding.severity_rank, Finding.id)
        .limit(SHOWN_FINDINGS)
    )
    rows = session.execute(behind).all()
    findings = [
        SuggestedFinding(
            id=finding.id,
            severity=finding.severity,
            tool=finding.tool,
            rule_id=finding.rule_id,
            title=finding.title,
            location=finding.location,
            via=via,
        )
        for finding, via, _ in rows
    ]
    total = rows[0].total if rows else 0
    at = last_reported(session, suggestion.id)
    return SuggestionView(
        outcome=suggestion.outcome,
        findings=findings,
        more=total - len(findings),
        reported_at=at,
        is_stale=at is not None and is_stale(opened.project.project, at, today),
        contradicts=item.outcome in MILDER_THAN[suggestion.outcome],
    )
