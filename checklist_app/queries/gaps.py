"""How the number of open gaps moved, told from rows that are only ever added."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from checklist_app.domain.snapshot_facts import GapPoint
from checklist_app.models import Checklist, ChecklistItem, Verdict, Waiver

MOST_POINTS = 60


@dataclass(frozen=True, slots=True)
class _Acceptance:
    """A waiver: the days on which it held."""

    first: date
    last: date


@dataclass(slots=True)
class _History:
    """One requirement: on which days a verdict made it a gap or no gap, and its waivers."""

    days: list[date] = field(default_factory=list)
    gaps: list[bool] = field(default_factory=list)
    waivers: list[_Acceptance] = field(default_factory=list)

    def is_gap(self, on: date) -> bool:
        """Whether the last verdict up to the end of that day asks for remediation."""
        position = bisect_right(self.days, on)
        return position > 0 and self.gaps[position - 1]

    def is_waived(self, on: date) -> bool:
        return any(waiver.first <= on <= waiver.last for waiver in self.waivers)


def gaps_over_time(
    session: Session, project_id: int, until: datetime, *, points: int = MOST_POINTS
) -> tuple[GapPoint, ...]:
    """Return how many gaps of a project were open and waived at the end of days, oldest first.

    A requirement that several checklists hold counts once: a later round takes the place of the
    earlier one. The series begins on the day (UTC) of the first verdict and ends on that of
    ``until``; a longer one than ``points`` days is thinned out evenly, both its ends kept. Two
    queries.
    """
    return _series(_histories(session, Checklist.project_id == project_id), until, points)


def checklist_gaps_over_time(
    session: Session, checklist_id: int, until: datetime, *, points: int = MOST_POINTS
) -> tuple[GapPoint, ...]:
    """Return the same as :func:`gaps_over_time` for one checklist alone."""
    return _series(_histories(session, Checklist.id == checklist_id), until, points)


def _series(histories: list[_History], until: datetime, points: int) -> tuple[GapPoint, ...]:
    if not histories:
        return ()
    first = min(history.days[0] for history in histories)
    return tuple(_point(histories, day) for day in _days(first, _day(until), points))


def _histories(session: Session, belongs: ColumnElement[bool]) -> list[_History]:
    histories: dict[int, _History] = defaultdict(_History)
    verdicts = session.execute(
        select(ChecklistItem.requirement_id, Verdict.outcome, Verdict.recorded_at)
        .join(ChecklistItem, ChecklistItem.id == Verdict.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(belongs)
        .order_by(Verdict.recorded_at, Verdict.id)
    )
    for requirement_id, outcome, recorded_at in verdicts:
        history = histories[requirement_id]
        history.days.append(_day(recorded_at))
        history.gaps.append(outcome.is_gap)
    waivers = session.execute(
        select(
            ChecklistItem.requirement_id, Waiver.created_at, Waiver.expires_on, Waiver.revoked_at
        )
        .join(ChecklistItem, ChecklistItem.id == Waiver.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(belongs)
    )
    for requirement_id, created_at, expires_on, revoked_at in waivers:
        last = expires_on
        if revoked_at is not None:
            last = min(last, _day(revoked_at) - timedelta(days=1))
        histories[requirement_id].waivers.append(_Acceptance(_day(created_at), last))
    return [history for history in histories.values() if history.days]


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _days(first: date, until: date, points: int) -> Iterable[date]:
    span = max((until - first).days, 0)
    if span < points:
        return [first + timedelta(days=offset) for offset in range(span + 1)]
    return [first + timedelta(days=index * span // (points - 1)) for index in range(points)]


def _point(histories: list[_History], day: date) -> GapPoint:
    gaps = [history for history in histories if history.is_gap(day)]
    waived = sum(history.is_waived(day) for history in gaps)
    return GapPoint(on=day, open=len(gaps) - waived, waived=waived)
