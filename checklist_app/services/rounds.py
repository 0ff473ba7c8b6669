"""The next round of a checklist, over the same edition of its list or over another one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.tailoring import EVERYTHING, Tailoring
from checklist_app.domain.vocabulary import ReviewStage
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    EvidenceLink,
    ItemOrigin,
    Standard,
    Verdict,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.round_plans import RoundPlan, plan_round
from checklist_app.services import audit
from checklist_app.services.checklists import start_checklist
from checklist_app.services.verdicts import first_stage

BATCH = 500


@dataclass(frozen=True, slots=True)
class NextRound:
    """What is asked of a new round.

    Attributes:
        standard_id: the same edition, or the one to move to.
        name: of the new checklist.
        tailoring: the level to assess, and the profile of the project.
        carry_verdicts: whether verdicts come along where the meaning is the same.
    """

    standard_id: int
    name: str
    tailoring: Tailoring = EVERYTHING
    carry_verdicts: bool = True


def start_round(
    session: Session, access: ProjectAccess, previous: Checklist, wanted: NextRound
) -> Checklist:
    """Start a checklist that continues ``previous``, which itself stays as it is.

    Every item learns which items it continues, and their evidence speaks to it too. A verdict
    comes along, with its author and its date, only where the requirement means the same; elsewhere
    an item with history is marked as needing review.

    Args:
        session: the transaction of the caller.
        access: a person who may start checklists in the project.
        previous: a checklist of that project.
        wanted: what the round is to be.

    Raises:
        NotFound: there is no such standard.
        InvalidInput: the name is empty, or nothing is asked for at that level.
    """
    standard = session.get(Standard, wanted.standard_id)
    if standard is None:
        raise NotFound
    plan = plan_round(session, previous, standard, wanted.tailoring.level)
    checklist = start_checklist(
        session,
        access,
        standard_id=wanted.standard_id,
        name=wanted.name,
        tailoring=wanted.tailoring,
        predecessor=previous,
    )
    items = _new_items(session, checklist, plan)
    _remember_origins(session, items, plan)
    _bring_evidence(session, items, plan)
    stage = first_stage(access.project)
    carried = _carry_verdicts(session, items, plan, stage) if wanted.carry_verdicts else set()
    reviewed = [
        item_id
        for identifier, item_id in items.items()
        if identifier not in carried and plan.has_history(identifier)
    ]
    for start in range(0, len(reviewed), BATCH):
        session.execute(
            update(ChecklistItem)
            .where(ChecklistItem.id.in_(reviewed[start : start + BATCH]))
            .values(needs_review=True)
        )
    session.expire_all()
    audit.record(
        session,
        access.actor,
        "project:checklist:continue",
        str(checklist.number),
        project_id=access.project.id,
        previous=previous.number,
        carried=len(carried),
        needs_review=len(reviewed),
    )
    return checklist


def _new_items(session: Session, checklist: Checklist, plan: RoundPlan) -> dict[str, int]:
    """Return the new items' ids by identifier."""
    names = {requirement.id: requirement.identifier for requirement in plan.wanted}
    rows = session.execute(
        select(ChecklistItem.requirement_id, ChecklistItem.id).where(
            ChecklistItem.checklist_id == checklist.id
        )
    )
    return {names[requirement_id]: item_id for requirement_id, item_id in rows}


def _remember_origins(session: Session, items: dict[str, int], plan: RoundPlan) -> None:
    rows = [
        {"item_id": item_id, "from_item_id": former.item_id, "change": change}
        for identifier, item_id in items.items()
        for former, change in plan.sources(identifier)
    ]
    if rows:
        session.execute(insert(ItemOrigin), rows)


def _bring_evidence(session: Session, items: dict[str, int], plan: RoundPlan) -> None:
    into: dict[int, list[int]] = {}
    for identifier, item_id in items.items():
        for former, _ in plan.sources(identifier):
            into.setdefault(former.item_id, []).append(item_id)
    links: dict[tuple[int, int], dict[str, object]] = {}
    former_ids = sorted(into)
    for start in range(0, len(former_ids), BATCH):
        rows = session.scalars(
            select(EvidenceLink)
            .where(EvidenceLink.item_id.in_(former_ids[start : start + BATCH]))
            .order_by(EvidenceLink.id)
        )
        for link in rows:
            for item_id in into[link.item_id]:
                links.setdefault(
                    (link.evidence_id, item_id),
                    {
                        "evidence_id": link.evidence_id,
                        "item_id": item_id,
                        "linked_by_id": link.linked_by_id,
                        "linked_at": link.linked_at,
                    },
                )
    if links:
        session.execute(insert(EvidenceLink), list(links.values()))


def _carry_verdicts(
    session: Session, items: dict[str, int], plan: RoundPlan, stage: ReviewStage | None
) -> set[str]:
    """Give items their former verdicts; return the identifiers of those that got one."""
    target = {
        former.item_id: (identifier, item_id)
        for identifier, item_id in items.items()
        if (former := plan.carried(identifier)) is not None
    }
    former_ids = sorted(target)
    carried: set[str] = set()
    for start in range(0, len(former_ids), BATCH):
        verdicts = session.scalars(
            select(Verdict)
            .join(ChecklistItem, ChecklistItem.id == Verdict.item_id)
            .where(
                Verdict.item_id.in_(former_ids[start : start + BATCH]),
                Verdict.number == ChecklistItem.verdict_number,
            )
        )
        for verdict in verdicts:
            identifier, item_id = target[verdict.item_id]
            session.add(
                Verdict(
                    item_id=item_id,
                    number=1,
                    outcome=verdict.outcome,
                    rationale=verdict.rationale,
                    author_id=verdict.author_id,
                    recorded_at=verdict.recorded_at,
                    is_carried=True,
                )
            )
            session.execute(
                update(ChecklistItem)
                .where(ChecklistItem.id == item_id)
                .values(outcome=verdict.outcome, verdict_number=1, review_stage=stage)
            )
            carried.add(identifier)
    session.flush()
    return carried
