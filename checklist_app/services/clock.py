"""What time it is; the one place that asks, so that tests can answer."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present date in UTC."""
    return now().date()
