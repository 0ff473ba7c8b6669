"""The rules of alerts, judged as an event is written; each raises its alert once a window."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from checklist_app.domain.alerts import (
    RULES,
    AlertRule,
    AlertState,
    CountedBy,
    SecurityKind,
    Threshold,
    rules_for,
)
from checklist_app.models import Alert, AlertThreshold, SecurityEvent
from checklist_app.services.clock import now

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counted:
    """What of an event decides with which others it is counted."""

    happened_at: datetime
    subject: str
    address: str
    user_id: int | None


def threshold_of(session: Session, rule: AlertRule) -> Threshold:
    """Return what holds for a rule now."""
    row = session.get(AlertThreshold, rule)
    if row is None:
        return RULES[rule].default
    return Threshold(row.threshold, row.minutes, row.is_on)


def judge(session: Session, kind: SecurityKind, counted: Counted) -> None:
    """Raise the alerts that an event of ``kind``, just written, sets off; each once a window."""
    for rule in rules_for(kind):
        subject = _subject(rule, counted)
        limit = threshold_of(session, rule)
        if subject is None or not limit.is_on:
            continue
        found = 1 if limit.threshold == 1 else _count(session, rule, counted, limit)
        if found >= limit.threshold:
            _raise(session, rule, subject, found, limit.window_of(counted.happened_at))


def _subject(rule: AlertRule, counted: Counted) -> str | None:
    """Return what an alert is about; None when the event has nothing that it is counted by."""
    match RULES[rule].counted_by:
        case CountedBy.SUBJECT:
            return counted.subject or None
        case CountedBy.ADDRESS:
            return counted.address or None
        case CountedBy.PERSON:
            return f"#{counted.user_id}" if counted.user_id is not None else None
        case CountedBy.WHOEVER:
            return f"#{counted.user_id}" if counted.user_id is not None else rule.value
        case CountedBy.NOTHING:
            return counted.subject or rule.value


def _count(session: Session, rule: AlertRule, counted: Counted, limit: Threshold) -> int:
    by: dict[CountedBy, ColumnElement[bool]] = {
        CountedBy.SUBJECT: SecurityEvent.subject == counted.subject,
        CountedBy.ADDRESS: SecurityEvent.address == counted.address,
        CountedBy.PERSON: SecurityEvent.user_id == counted.user_id,
        CountedBy.WHOEVER: SecurityEvent.user_id == counted.user_id,
    }
    found = session.scalar(
        select(func.coalesce(func.sum(SecurityEvent.count), 0)).where(
            SecurityEvent.kind.in_(RULES[rule].kinds),
            SecurityEvent.happened_at > limit.since(counted.happened_at),
            *(by[key] for key in (RULES[rule].counted_by,) if key in by),
        )
    )
    return int(found or 0)


def _raise(
    session: Session, rule: AlertRule, subject: str, count: int, window_at: datetime
) -> None:
    """Add the alert unless this window has one; two at the same moment leave one."""
    statement = insert(Alert.__table__).prefix_with("OR IGNORE", dialect="sqlite")  # type: ignore[arg-type]
    added = session.execute(
        statement.prefix_with("IGNORE", dialect="mysql").values(
            rule=rule,
            subject=subject,
            window_at=window_at,
            raised_at=now(),
            count=count,
            state=AlertState.OPEN,
            note="",
        )
    )
    if added.rowcount:  # type: ignore[attr-defined]
        _log.warning("alert", extra={"rule": rule.value, "subject": subject, "count": count})
