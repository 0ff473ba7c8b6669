"""What administrators and auditors see of the doors: security events and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.actor import Actor
from checklist_app.domain.alerts import (
    RULE_NAMES,
    RULES,
    AlertRule,
    AlertState,
    CountedBy,
    SecurityKind,
    Threshold,
)
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import Text
from checklist_app.models import Alert, AlertThreshold, SecurityEvent, User

SHOWN = 50
EXPORTED = 10_000


@dataclass(frozen=True, slots=True)
class SecurityFilters:
    """Which events are wanted; what is empty limits nothing.

    Attributes:
        who: part of an e-mail address or name: of who acted, or of the account that it was about.
        since: first day in UTC.
        until: last day in UTC.
        before: only events older than the one with this key.
    """

    kind: SecurityKind | None = None
    who: str = ""
    address: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class SecurityLine:
    """One security event as it is listed."""

    id: int
    happened_at: datetime
    kind: SecurityKind
    person: str
    subject: str
    address: str
    place: str
    status: int | None
    count: int
    details: dict[str, Any]
    request_id: str


@dataclass(frozen=True, slots=True)
class SecurityPage:
    """One part of the list, newest first; ``older`` is the key that the next part begins below."""

    lines: list[SecurityLine]
    older: int | None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert as it is listed."""

    id: int
    rule: AlertRule
    subject: str
    raised_at: datetime
    count: int
    state: AlertState
    acknowledged_by: str
    acknowledged_at: datetime | None
    note: str

    @property
    def name(self) -> Text:
        """What people call the rule."""
        return RULE_NAMES[self.rule]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule with what holds for it now, and what it came with."""

    rule: AlertRule
    limit: Threshold
    default: Threshold

    @property
    def name(self) -> Text:
        """What people call the rule."""
        return RULE_NAMES[self.rule]


def security_page(
    session: Session, actor: Actor, filters: SecurityFilters, shown: int = SHOWN
) -> SecurityPage:
    """Return the newest events that the filters let through, ``shown`` at most."""
    actor.require(Permission.SECURITY_VIEW)
    rows = session.execute(
        select(SecurityEvent, User.email)
        .outerjoin(User, User.id == SecurityEvent.user_id)
        .where(*_conditions(filters))
        .order_by(SecurityEvent.id.desc())
        .limit(shown + 1)
    ).all()
    lines = [
        SecurityLine(
            event.id,
            event.happened_at,
            event.kind,
            email or "",
            event.subject,
            event.address,
            event.place,
            event.status,
            event.count,
            event.details,
            event.request_id,
        )
        for event, email in rows[:shown]
    ]
    return SecurityPage(lines, lines[-1].id if len(rows) > shown else None)


def alert_lines(session: Session, actor: Actor, *, only_open: bool) -> list[AlertLine]:
    """Return the newest alerts, open ones first."""
    actor.require(Permission.SECURITY_VIEW)
    seen_by = aliased(User)
    rows = session.execute(
        select(Alert, seen_by.name)
        .outerjoin(seen_by, seen_by.id == Alert.acknowledged_by_id)
        .where(*([Alert.state == AlertState.OPEN] if only_open else []))
        .order_by((Alert.state == AlertState.OPEN).desc(), Alert.id.desc())
        .limit(4 * SHOWN)
    ).all()
    names = people_of(session, [alert for alert, _ in rows])
    return [
        AlertLine(
            alert.id,
            alert.rule,
            names.get(alert.subject, alert.subject),
            alert.raised_at,
            alert.count,
            alert.state,
            seen or "",
            alert.acknowledged_at,
            alert.note,
        )
        for alert, seen in rows
    ]


def open_alerts(session: Session, actor: Actor) -> int:
    """Return how many alerts nobody has seen to."""
    actor.require(Permission.SECURITY_VIEW)
    counted = select(func.count()).select_from(Alert).where(Alert.state == AlertState.OPEN)
    return session.scalar(counted) or 0


def rule_lines(session: Session, actor: Actor) -> list[RuleLine]:
    """Return every rule with its threshold."""
    actor.require(Permission.SECURITY_VIEW)
    rows = {row.rule: row for row in session.scalars(select(AlertThreshold))}
    return [
        RuleLine(
            name,
            Threshold(rows[name].threshold, rows[name].minutes, rows[name].is_on)
            if name in rows
            else rule.default,
            rule.default,
        )
        for name, rule in RULES.items()
    ]


def people_of(session: Session, alerts: list[Alert]) -> dict[str, str]:
    """Return the addresses behind subjects such as ``#7``, by subject."""
    keys = {
        alert.subject: int(alert.subject[1:])
        for alert in alerts
        if RULES[alert.rule].counted_by is CountedBy.PERSON
    }
    if not keys:
        return {}
    rows = session.execute(select(User.id, User.email).where(User.id.in_(keys.values())))
    return {f"#{key}": email for key, email in rows}


def _conditions(filters: SecurityFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.kind is not None:
        wanted.append(SecurityEvent.kind == filters.kind)
    if filters.who:
        wanted.append(
            or_(
                User.email.contains(filters.who, autoescape=True),
                User.name.contains(filters.who, autoescape=True),
                SecurityEvent.subject.contains(filters.who, autoescape=True),
            )
        )
    if filters.address:
        wanted.append(SecurityEvent.address.startswith(filters.address, autoescape=True))
    if filters.since is not None:
        wanted.append(SecurityEvent.happened_at >= _midnight(filters.since))
    if filters.until is not None and filters.until < date.max:
        wanted.append(SecurityEvent.happened_at < _midnight(filters.until + timedelta(days=1)))
    if filters.before is not None:
        wanted.append(SecurityEvent.id < filters.before)
    return wanted


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
