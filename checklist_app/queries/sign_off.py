"""What a signer should look at before signing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from checklist_app.domain.snapshot_facts import OutcomeCounts
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import Language, Outcome, ReviewStage
from checklist_app.models import Checklist, ChecklistItem, Remediation, Suggestion
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.checklists import (
    ChecklistHead,
    checklist_cards,
    checklist_head,
    unassessed_items,
)


@dataclass(frozen=True, slots=True)
class Unassessed:
    """An item without a verdict, and the reason that was typed for leaving it."""

    identifier: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at; ``ok`` when there is nothing to worry about."""

    text: Text
    ok: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class SignOffPage:
    """The page before the signature."""

    checklist: ChecklistHead
    counts: OutcomeCounts
    unassessed: list[Unassessed]
    checks: list[Check]


def sign_off_page(
    session: Session,
    access: ProjectAccess,
    checklist: Checklist,
    language: Language,
    reasons: Mapping[str, str],
) -> SignOffPage:
    """Return what the signer sees, with what was typed already."""
    cards = checklist_cards(session, access, language)
    counts = next(card.counts for card in cards if card.id == checklist.id)
    open_items = [
        Unassessed(identifier, title, reasons.get(identifier, ""))
        for identifier, title in unassessed_items(session, checklist, language)
    ]
    return SignOffPage(
        checklist_head(session, checklist, language),
        counts,
        open_items,
        _checks(session, access, checklist, len(open_items)),
    )


def _checks(
    session: Session, access: ProjectAccess, checklist: Checklist, unassessed: int
) -> list[Check]:
    unplanned = _unplanned_gaps(session, checklist)
    contradicted = _contradicted(session, checklist)
    return [
        Check(
            text("Every item is assessed.")
            if not unassessed
            else text("Items without a verdict: %(count)s.", count=unassessed),
            not unassessed,
        ),
        Check(
            text("Every gap has a plan.")
            if not unplanned
            else text("Gaps without a remediation plan: %(count)s.", count=unplanned),
            not unplanned,
        ),
        *_second_person(session, access, checklist),
        Check(
            text("No tool contradicts a pass.")
            if not contradicted
            else text("Verdicts that tools contradict: %(count)s.", count=contradicted),
            not contradicted,
        ),
    ]


def _second_person(session: Session, access: ProjectAccess, checklist: Checklist) -> list[Check]:
    """Return what four eyes have still to see, where the project asks for them."""
    if not access.project.four_eyes:
        return []
    waiting = session.scalar(
        select(func.count())
        .select_from(ChecklistItem)
        .where(
            ChecklistItem.checklist_id == checklist.id,
            ChecklistItem.outcome.is_not(None),
            ChecklistItem.review_stage.is_distinct_from(ReviewStage.ACCEPTED),
        )
    )
    told = (
        text("Verdicts that wait for a second person: %(count)s.", count=waiting)
        if waiting
        else text("A second person accepted every verdict.")
    )
    return [Check(told, not waiting)]


def _unplanned_gaps(session: Session, checklist: Checklist) -> int:
    counted = session.scalar(
        select(func.count())
        .select_from(ChecklistItem)
        .outerjoin(Remediation, Remediation.item_id == ChecklistItem.id)
        .where(
            ChecklistItem.checklist_id == checklist.id,
            ChecklistItem.outcome.in_((Outcome.FAIL, Outcome.PARTIAL)),
            Remediation.id.is_(None),
        )
    )
    return counted or 0


def _contradicted(session: Session, checklist: Checklist) -> int:
    counted = session.scalar(
        select(func.count())
        .select_from(ChecklistItem)
        .join(
            Suggestion,
            and_(Suggestion.item_id == ChecklistItem.id, Suggestion.outcome == Outcome.FAIL),
        )
        .where(ChecklistItem.checklist_id == checklist.id, ChecklistItem.outcome == Outcome.PASS)
    )
    return counted or 0
