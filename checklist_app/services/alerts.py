"""What administrators do with alerts: acknowledge one, set when a rule raises one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.alerts import AlertRule, AlertState, Threshold, checked_threshold
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.models import Alert, AlertThreshold
from checklist_app.services import audit
from checklist_app.services.alert_rules import threshold_of
from checklist_app.services.clock import now

LONGEST_NOTE = 2000


def acknowledge(session: Session, actor: Actor, alert_id: int, note: str) -> Alert:
    """Note who saw to an alert, and what they say of it.

    Raises:
        NotFound: there is no such alert.
        Conflict: somebody has seen to it already.
        InvalidInput: the note is too long.
    """
    actor.require(Permission.SECURITY_MANAGE)
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(
            text("The note may have %(longest)s characters at most.", longest=LONGEST_NOTE),
            field="note",
        )
    alert = session.get(Alert, alert_id, with_for_update=True)
    if alert is None:
        raise NotFound
    if alert.state is AlertState.ACKNOWLEDGED:
        raise Conflict(text("Somebody has acknowledged this alert already."))
    alert.state = AlertState.ACKNOWLEDGED
    alert.acknowledged_by_id, alert.acknowledged_at = actor.user_id, now()
    alert.note = note.strip()
    audit.record(session, actor, "security:alert:acknowledge", alert.subject, rule=alert.rule.value)
    return alert


def set_threshold(
    session: Session,
    actor: Actor,
    rule: AlertRule,
    wanted: Threshold,
) -> None:
    """Set when a rule raises its alert; setting what holds already changes nothing.

    Raises:
        InvalidInput: a number is out of bounds.
    """
    actor.require(Permission.SECURITY_MANAGE)
    checked_threshold(wanted.threshold, wanted.minutes, is_on=wanted.is_on)
    before = threshold_of(session, rule)
    if before == wanted:
        return
    row = session.get(AlertThreshold, rule)
    if row is None:
        row = AlertThreshold(rule=rule)
        session.add(row)
    row.is_on, row.threshold, row.minutes = wanted.is_on, wanted.threshold, wanted.minutes
    row.changed_at = now()
    audit.record(
        session,
        actor,
        "security:rule:change",
        rule.value,
        before=_told(before),
        after=_told(wanted),
    )


def _told(limit: Threshold) -> str:
    return f"{limit.threshold} / {limit.minutes} min" if limit.is_on else "off"
