"""Checklists: started from a standard, closed by a sign-off."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.tailoring import EVERYTHING, Tailoring, missing_features
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import ChecklistStatus
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Project,
    Requirement,
    SignOff,
    Standard,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.round_plans import assessed
from checklist_app.services import audit, suggestions
from checklist_app.services.clock import now
from checklist_app.services.freezing import take_to_close
from checklist_app.services.reviews import check_four_eyes


def start_checklist(
    session: Session,
    access: ProjectAccess,
    *,
    standard_id: int,
    name: str,
    tailoring: Tailoring = EVERYTHING,
    predecessor: Checklist | None = None,
) -> Checklist:
    """Start a pass over a standard: an item for every requirement up to the level.

    What does not apply to a project with this profile is proposed as such on its item; a
    person decides. Findings that the project has already are suggested on the new items at once.

    Args:
        session: the transaction of the caller.
        access: a person who may start checklists in the project.
        standard_id: the edition to assess.
        name: of the checklist.
        tailoring: the level to assess, and the profile of the project.
        predecessor: the round before; by default the newest one of the same list.

    Raises:
        NotFound: there is no such standard.
        InvalidInput: the name is empty, or nothing is asked for at that level.
    """
    access.require(Permission.CHECKLIST_CREATE)
    standard = session.get(Standard, standard_id)
    if standard is None:
        raise NotFound
    if not name.strip():
        raise InvalidInput(text("Please give the checklist a name."), field="name")
    requirements = assessed(session, standard.id, tailoring.level)
    if not requirements:
        raise InvalidInput(text("This standard has no requirement at that level."), field="level")
    # The project's row is the queue in which two requests for the next number stand.
    session.execute(select(Project.id).where(Project.id == access.project.id).with_for_update())
    number = session.scalar(
        select(func.coalesce(func.max(Checklist.number), 0) + 1).where(
            Checklist.project_id == access.project.id
        )
    )
    checklist = Checklist(
        project_id=access.project.id,
        number=number,
        standard_id=standard.id,
        level=tailoring.level,
        features=None if tailoring.features is None else sorted(tailoring.features),
        name=name.strip(),
        predecessor_id=(
            _newest(session, access, standard) if predecessor is None else predecessor.id
        ),
        created_by_id=access.actor.user_id,
        created_at=now(),
    )
    session.add(checklist)
    session.flush()
    session.execute(
        insert(ChecklistItem),
        [
            {
                "checklist_id": checklist.id,
                "requirement_id": requirement.id,
                "position": requirement.position,
                "missing_features": missing_features(requirement.features, tailoring.features),
                "needs_review": False,
                "verdict_number": 0,
                "left_reason": "",
                "row_version": 1,
            }
            for requirement in requirements
        ],
    )
    audit.record(
        session,
        access.actor,
        "project:checklist:start",
        f"{number} {standard.key} {standard.version}",
        project_id=access.project.id,
        items=len(requirements),
        level=tailoring.level,
    )
    suggestions.refresh(session, access.project)
    return checklist


def sign_off(
    session: Session,
    access: ProjectAccess,
    checklist: Checklist,
    *,
    statement: str,
    left_reasons: Mapping[str, str],
) -> SignOff:
    """Close a checklist for good.

    Args:
        session: the transaction of the caller.
        access: an owner of the project.
        checklist: an open checklist of that project.
        statement: what the signer affirms.
        left_reasons: for every item without a verdict, by requirement identifier, why it is left.

    Raises:
        InvalidInput: an item has neither a verdict nor a reason, or the statement is empty.
        Conflict: it is signed off already, or the project asks for four eyes and two have not
            seen everything.
    """
    access.require(Permission.CHECKLIST_SIGN_OFF)
    take_to_close(session, checklist)
    check_four_eyes(session, access, checklist)
    if not statement.strip():
        raise InvalidInput(text("Please state what you sign."), field="statement")
    unassessed = session.execute(
        select(ChecklistItem, Requirement.identifier)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(ChecklistItem.checklist_id == checklist.id, ChecklistItem.outcome.is_(None))
        .order_by(ChecklistItem.position)
    ).all()
    without_reason = [
        identifier for _, identifier in unassessed if not left_reasons.get(identifier, "").strip()
    ]
    if without_reason:
        raise InvalidInput(
            text(
                "%(count)s items are neither assessed nor left for a reason: %(identifiers)s.",
                count=len(without_reason),
                identifiers=", ".join(without_reason[:10])
                + ("…" if len(without_reason) > 10 else ""),
            ),
            field="left_reasons",
        )
    for item, identifier in unassessed:
        item.left_reason = left_reasons[identifier].strip()
    checklist.status = ChecklistStatus.SIGNED_OFF
    act = SignOff(
        checklist_id=checklist.id,
        signer_id=access.actor.user_id,
        statement=statement.strip(),
        signed_at=now(),
    )
    session.add(act)
    session.flush()
    audit.record(
        session,
        access.actor,
        "project:checklist:sign_off",
        str(checklist.number),
        project_id=access.project.id,
        left=len(unassessed),
    )
    return act


def _newest(session: Session, access: ProjectAccess, standard: Standard) -> int | None:
    """Return the round before: the project's newest checklist of the same list, any edition."""
    return session.scalar(
        select(Checklist.id)
        .join(Standard, Standard.id == Checklist.standard_id)
        .where(Checklist.project_id == access.project.id, Standard.key == standard.key)
        .order_by(Checklist.number.desc())
        .limit(1)
    )
