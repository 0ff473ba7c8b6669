"""The days that the demonstration's files speak of, told as if they were a few days ago."""

from __future__ import annotations

from datetime import date, timedelta

WRITTEN = date(2026, 1, 12)
"""The day on which the scans and the logs, as they are kept, say that they were made."""
SCANNED = timedelta(days=3)
"""How long before the demonstration is loaded that is to have been."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def retold(words: str, today: date) -> str:
    """Return a file's words with its day moved to just before ``today``; hours stay."""
    day = today - SCANNED
    return words.replace(WRITTEN.isoformat(), day.isoformat()).replace(_long(WRITTEN), _long(day))


def _long(day: date) -> str:
    """Return a day as scanners write it, in English whatever the language of the machine."""
    return f"{_DAYS[day.weekday()]}, {day.day:02d} {_MONTHS[day.month - 1]} {day.year}"
