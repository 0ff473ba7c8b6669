"""Four eyes: a second person accepts a verdict or sends it back, where a project asks for it."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import ChecklistStatus, ReviewStage
from checklist_app.domain.workflow import check_review, check_signer
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Requirement,
    Verdict,
    VerdictReview,
)
from checklist_app.queries.access import ItemAccess, ProjectAccess
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.freezing import hold_open
from checklist_app.services.holding import hold_item
from checklist_app.services.verdicts import current_verdict

EVENTS = {
    ReviewStage.ACCEPTED: "project:verdict:accept",
    ReviewStage.SENT_BACK: "project:verdict:send_back",
}


def set_four_eyes(session: Session, access: ProjectAccess, *, wanted: bool) -> None:
    """Say whether each verdict of a project needs a second person. No change, no event.

    From then on, what is assessed in open checklists waits; what was accepted before stays so.
    """
    access.require(Permission.PROJECT_EDIT)
    project = access.project
    if project.four_eyes is wanted:
        return
    project.four_eyes = wanted
    if wanted:
        open_ones = select(Checklist.id).where(
            Checklist.project_id == project.id, Checklist.status == ChecklistStatus.OPEN
        )
        session.execute(
            update(ChecklistItem)
            .where(
                ChecklistItem.checklist_id.in_(open_ones),
                ChecklistItem.outcome.is_not(None),
                ChecklistItem.review_stage.is_(None),
            )
            .values(review_stage=ReviewStage.WAITING)
        )
    audit.record(
        session,
        access.actor,
        "project:review:policy",
        project.slug,
        project_id=project.id,
        four_eyes=wanted,
    )


def review_verdict(
    session: Session, opened: ItemAccess, *, number: int, decision: ReviewStage, comment: str
) -> VerdictReview:
    """Accept the verdict with that number on an item, or send it back.

    Raises:
        Conflict: the project asks for no second person, the checklist is signed off, or the
            verdict is not the newest or was judged already.
        Forbidden: the verdict is the actor's own.
        InvalidInput: it is sent back without a reason.
    """
    item, access = opened.item, opened.project
    access.require(Permission.VERDICT_ACCEPT)
    hold_open(session, opened.checklist)
    hold_item(session, opened)
    verdict = current_verdict(session, item)
    if not access.project.four_eyes:
        raise Conflict(text("This project does not ask for a second person."))
    if verdict is None or item.verdict_number != number:
        raise Conflict(text("There is a newer verdict here. Load the page again."))
    is_author = verdict.author_id == access.actor.user_id
    # A verdict saved while the policy was being switched on has no stage: it waits like the rest.
    stage = item.review_stage or ReviewStage.WAITING
    check_review(decision, comment, stage, is_author=is_author)
    item.review_stage = decision
    review = VerdictReview(
        verdict_id=verdict.id,
        decision=decision,
        comment=comment.strip(),
        reviewer_id=access.actor.user_id,
        reviewed_at=now(),
    )
    session.add(review)
    audit.record(
        session,
        access.actor,
        EVENTS[decision],
        opened.target,
        project_id=access.project.id,
        number=number,
    )
    session.flush()
    return review


def check_four_eyes(session: Session, access: ProjectAccess, checklist: Checklist) -> None:
    """Raise Conflict when a project asks for four eyes and not enough of them have seen this."""
    if not access.project.four_eyes:
        return
    unaccepted = session.scalars(
        select(Requirement.identifier)
        .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
        .where(
            ChecklistItem.checklist_id == checklist.id,
            ChecklistItem.outcome.is_not(None),
            ChecklistItem.review_stage.is_distinct_from(ReviewStage.ACCEPTED),
        )
        .order_by(ChecklistItem.position)
    ).all()
    accepted_by = session.scalars(
        select(VerdictReview.reviewer_id)
        .join(Verdict, Verdict.id == VerdictReview.verdict_id)
        .join(ChecklistItem, ChecklistItem.id == Verdict.item_id)
        .where(
            ChecklistItem.checklist_id == checklist.id,
            Verdict.number == ChecklistItem.verdict_number,
        )
        .distinct()
    ).all()
    check_signer(access.actor.user_id, unaccepted=unaccepted, accepted_by=frozenset(accepted_by))
