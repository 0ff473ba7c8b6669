"""Closing gaps: the plan, its steps, and the dated acceptance of what is not closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict, InvalidInput, NotFound, StaleWrite
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import RemediationStatus
from checklist_app.domain.workflow import LONGEST_RATIONALE, check_remediation_step
from checklist_app.models import Remediation, Waiver
from checklist_app.queries.access import ItemAccess
from checklist_app.services import audit
from checklist_app.services.clock import now, today
from checklist_app.services.holding import hold_item
from checklist_app.services.members import check_member


def plan_remediation(
    session: Session,
    opened: ItemAccess,
    *,
    plan: str,
    owner_id: int,
    due_on: date,
    row_version: int,
) -> Remediation:
    """Say what closes a gap, who does it and until when; ``row_version`` is 0 for a first plan.

    A signed-off checklist stays as it is; its gaps still get planned and repaired.
    """
    opened.project.require(Permission.REMEDIATION_PLAN)
    _hold_gap(session, opened)
    _check_text(plan, "plan")
    check_member(session, opened.project, owner_id, field="owner_id")
    remediation = _find(session, opened)
    if (remediation.row_version if remediation else 0) != row_version:
        raise _stale(remediation, plan)
    if remediation is None:
        remediation = Remediation(item_id=opened.item.id, created_at=now())
        session.add(remediation)
    remediation.plan = plan.strip()
    remediation.owner_id = owner_id
    remediation.due_on = due_on
    remediation.updated_at = now()
    session.flush()
    _record(session, opened, "remediation:plan", owner_id=owner_id, due_on=due_on.isoformat())
    return remediation


def advance_remediation(
    session: Session, opened: ItemAccess, status: RemediationStatus
) -> Remediation:
    """Take a remediation one step; closing it takes a new verdict instead."""
    opened.project.require(Permission.REMEDIATION_ADVANCE)
    remediation = _find(session, opened)
    if remediation is None:
        raise NotFound
    check_remediation_step(remediation.status, status)
    before = remediation.status
    remediation.status = status
    remediation.updated_at = now()
    session.flush()
    _record(session, opened, "remediation:advance", status=status.value, before=before.value)
    return remediation


def grant_waiver(
    session: Session, opened: ItemAccess, *, justification: str, expires_on: date
) -> Waiver:
    """Accept a gap until a date; afterwards it counts as a gap again."""
    opened.project.require(Permission.WAIVER_GRANT)
    _hold_gap(session, opened)
    _check_text(justification, "justification")
    if expires_on < today():
        raise InvalidInput(
            text("The end of a waiver must not lie in the past."), field="expires_on"
        )
    if _waivers_in_force(session, opened):
        raise Conflict(text("There is a waiver in force. Revoke it before granting another."))
    waiver = Waiver(
        item_id=opened.item.id,
        justification=justification.strip(),
        approved_by_id=opened.actor.user_id,
        expires_on=expires_on,
        created_at=now(),
    )
    session.add(waiver)
    session.flush()
    _record(session, opened, "waiver:grant", expires_on=expires_on.isoformat())
    return waiver


def revoke_waiver(session: Session, opened: ItemAccess) -> None:
    """End whatever waiver is in force; the gap counts again at once."""
    opened.project.require(Permission.WAIVER_GRANT)
    hold_item(session, opened)
    in_force = _waivers_in_force(session, opened)
    if not in_force:
        raise NotFound
    for waiver in in_force:
        waiver.revoked_at = now()
    _record(session, opened, "waiver:revoke")


def _hold_gap(session: Session, opened: ItemAccess) -> None:
    """Make sure that an item is a gap, and stays so until the caller's transaction ends."""
    hold_item(session, opened)
    if opened.item.outcome is None or not opened.item.outcome.is_gap:
        raise Conflict(text("Only an item that fails, or passes in part, can be repaired."))


def _check_text(value: str, field: str) -> None:
    if not value.strip():
        raise InvalidInput(text("Please say what and why."), field=field)
    if len(value) > LONGEST_RATIONALE:
        raise InvalidInput(
            text("The text is longer than %(limit)s characters.", limit=LONGEST_RATIONALE),
            field=field,
        )


def _find(session: Session, opened: ItemAccess) -> Remediation | None:
    return session.scalar(
        select(Remediation).where(Remediation.item_id == opened.item.id).with_for_update()
    )


def _waivers_in_force(session: Session, opened: ItemAccess) -> Sequence[Waiver]:
    """Return one or none; more only where two were granted at once before the item was held."""
    return session.scalars(
        select(Waiver).where(
            Waiver.item_id == opened.item.id,
            Waiver.revoked_at.is_(None),
            Waiver.expires_on >= today(),
        )
    ).all()


def _stale(remediation: Remediation | None, plan: str) -> StaleWrite:
    return StaleWrite(
        current={
            "rationale": remediation.plan if remediation else "",
            "author": remediation.owner.name if remediation else "",
            "recorded_at": remediation.updated_at if remediation else None,
            "row_version": remediation.row_version if remediation else 0,
        },
        submitted={"rationale": plan},
    )


def _record(session: Session, opened: ItemAccess, name: str, **details: str | int) -> None:
    audit.record(
        session,
        opened.actor,
        f"project:{name}",
        opened.target,
        project_id=opened.project.project.id,
        **details,
    )
