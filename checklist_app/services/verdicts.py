"""Verdicts: a person's conclusion on an item, added and never changed."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import StaleWrite
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import Outcome, ReviewStage
from checklist_app.domain.workflow import check_verdict, remediation_after_verdict
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    EvidenceLink,
    Project,
    Remediation,
    Suggestion,
    SuggestionFinding,
    Verdict,
)
from checklist_app.queries.access import ItemAccess
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.freezing import hold_open
from checklist_app.services.holding import hold_item


def record_verdict(
    session: Session, opened: ItemAccess, *, outcome: Outcome, rationale: str, row_version: int
) -> Verdict:
    """Add a verdict to an item that nobody changed since ``row_version`` was read.

    Raises:
        InvalidInput: the outcome lacks the evidence, rationale or finding it must rest on.
        StaleWrite: somebody saved first; carries both values.
        Conflict: the checklist is signed off.
    """
    item = opened.item
    opened.project.require(Permission.VERDICT_RECORD)
    hold_open(session, opened.checklist)
    hold_item(session, opened)
    if item.row_version != row_version:
        raise _stale(session, item, outcome, rationale)
    check_verdict(
        outcome,
        rationale,
        evidence_count=_evidence_count(session, item),
        finding_count=_finding_count(session, item),
    )
    verdict = conclude(session, opened, outcome, rationale.strip())
    session.flush()
    return verdict


def conclude(session: Session, opened: ItemAccess, outcome: Outcome, rationale: str) -> Verdict:
    """Add a verdict whose way was checked, with all that goes with one, and its event.

    The one place where an open checklist gets a verdict, so that none passes by the second person
    where a project asks for four eyes.

    Args:
        session: the transaction of the caller, which holds the item.
        opened: the item, on a checklist that is held open.
        outcome: what the person concludes.
        rationale: why.
    """
    item = opened.item
    before = item.outcome
    item.verdict_number += 1
    item.outcome = outcome
    item.left_reason = ""
    item.needs_review = False
    item.review_stage = first_stage(opened.project.project)
    verdict = Verdict(
        item_id=item.id,
        number=item.verdict_number,
        outcome=outcome,
        rationale=rationale,
        author_id=opened.actor.user_id,
        recorded_at=now(),
    )
    session.add(verdict)
    _move_remediation(session, opened, outcome)
    audit.record(
        session,
        opened.actor,
        "project:verdict:record",
        opened.target,
        project_id=opened.project.project.id,
        outcome=outcome.value,
        before=before.value if before else None,
        number=verdict.number,
    )
    return verdict


def first_stage(project: Project) -> ReviewStage | None:
    """Return where a new verdict begins: waiting for a second person where the project asks."""
    return ReviewStage.WAITING if project.four_eyes else None


def current_verdict(session: Session, item: ChecklistItem) -> Verdict | None:
    """Return the newest verdict of an item."""
    return session.scalar(
        select(Verdict).where(Verdict.item_id == item.id, Verdict.number == item.verdict_number)
    )


def _stale(session: Session, item: ChecklistItem, outcome: Outcome, rationale: str) -> StaleWrite:
    stored = current_verdict(session, item)
    return StaleWrite(
        current={
            "outcome": stored.outcome.value if stored else "",
            "rationale": stored.rationale if stored else "",
            "author": stored.author.name if stored else "",
            "recorded_at": stored.recorded_at if stored else None,
            "row_version": item.row_version,
        },
        submitted={"outcome": outcome.value, "rationale": rationale},
    )


def _evidence_count(session: Session, item: ChecklistItem) -> int:
    counted = session.scalar(
        select(func.count()).select_from(EvidenceLink).where(EvidenceLink.item_id == item.id)
    )
    return counted or 0


def _finding_count(session: Session, item: ChecklistItem) -> int:
    counted = session.scalar(
        select(func.count())
        .select_from(SuggestionFinding)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .where(Suggestion.item_id == item.id)
    )
    return counted or 0


def _move_remediation(session: Session, opened: ItemAccess, outcome: Outcome) -> None:
    """Let the verdict speak to the plans of this round and of earlier ones.

    A signed-off checklist keeps its verdicts; a plan made from it is closed by the retest that a
    later round records on the same requirement.
    """
    plans = session.scalars(
        select(Remediation)
        .join(ChecklistItem, ChecklistItem.id == Remediation.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(
            Checklist.project_id == opened.checklist.project_id,
            Checklist.number <= opened.checklist.number,
            ChecklistItem.requirement_id == opened.item.requirement_id,
        )
    )
    for remediation in plans:
        remediation.status = remediation_after_verdict(remediation.status, outcome)
        remediation.updated_at = now()
