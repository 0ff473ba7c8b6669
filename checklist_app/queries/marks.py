"""Which findings count today: open by what tools say, and not set aside by a person."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, or_

from checklist_app.domain.vocabulary import FindingMark, FindingStatus
from checklist_app.models import Finding


def is_marked(today: date, mark: FindingMark | None = None) -> ColumnElement[bool]:
    """Return the condition that a mark holds today: this one, or any."""
    holds = or_(Finding.marked_until.is_(None), Finding.marked_until >= today)
    wanted = Finding.mark.is_not(None) if mark is None else Finding.mark == mark
    return and_(wanted, holds)


def counts(today: date) -> ColumnElement[bool]:
    """Return the condition that a finding is open and no mark sets it aside."""
    is_free = or_(Finding.mark.is_(None), Finding.marked_until < today)
    return and_(Finding.status == FindingStatus.OPEN, is_free)


def set_aside(today: date) -> ColumnElement[bool]:
    """Return the opposite of :func:`counts`, true or false even where columns are empty."""
    return or_(Finding.status != FindingStatus.OPEN, is_marked(today))
