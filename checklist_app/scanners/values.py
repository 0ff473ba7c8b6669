"""What values in a report mean: words for severity, scores, probabilities, times, numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from checklist_app.domain.findings import clean
from checklist_app.domain.vocabulary import Severity

_MAX_SCORE = 10.0
_OFFSET_WITHOUT_COLON = re.compile(r"([+-]\d\d)(\d\d)$")
_MORE_THAN_MICROSECONDS = re.compile(r"(\.\d{6})\d+")

SEVERITIES: Mapping[str, Severity] = {
    "critical": Severity.CRITICAL,
    "blocker": Severity.CRITICAL,
    "fatal": Severity.CRITICAL,
    "very high": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "error": Severity.HIGH,
    "major": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "warn": Severity.MEDIUM,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "negligible": Severity.INFO,
    "note": Severity.INFO,
    "style": Severity.INFO,
    "hint": Severity.INFO,
    "info": Severity.INFO,
    "information": Severity.INFO,
    "informational": Severity.INFO,
    "none": Severity.INFO,
}
"""Words that many tools use; a format with a meaning of its own brings its own table."""


def severity_of(
    word: object,
    table: Mapping[str, Severity] = SEVERITIES,
    otherwise: Severity = Severity.MEDIUM,
) -> Severity:
    """Return the severity that a tool's word means.

    Args:
        word: such as ``HIGH``; case does not count.
        table: the words of the format.
        otherwise: for a word that is not in the table; one that we cannot read is not harmless.
    """
    return table.get(clean(word, 40).lower(), otherwise)


def severity_of_score(score: object) -> Severity | None:
    """Return the severity of a CVSS base score (qualitative scale of CVSS 3 and 4), or None."""
    number = score_of(score)
    if number is None:
        return None
    for least, severity in (
        (9.0, Severity.CRITICAL),
        (7.0, Severity.HIGH),
        (4.0, Severity.MEDIUM),
        (0.1, Severity.LOW),
    ):
        if number >= least:
            return severity
    return Severity.INFO


def score_of(value: object) -> float | None:
    """Return a CVSS base score, a number from 0 to 10, or None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= _MAX_SCORE else None


def probability_of(value: object) -> float | None:
    """Return a probability such as EPSS, a number from 0 to 1, or None."""
    number = score_of(value)
    return number if number is not None and number <= 1 else None


def moment(value: object, *formats: str) -> datetime | None:
    """Return a time in UTC, or None when it cannot be read.

    Args:
        value: ISO 8601 in any of its usual spellings, seconds since 1970, or a text in one of
            ``formats``. Without a zone UTC is assumed.
        formats: for ``strptime``.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        return _aware(_read_moment(clean(value, 60), formats))
    except (ValueError, OverflowError, OSError):
        return None


def _read_moment(written: str, formats: tuple[str, ...]) -> datetime:
    for form in formats:
        try:
            return datetime.strptime(written, form)  # noqa: DTZ007 - made aware by the caller
        except ValueError:
            continue
    written = _MORE_THAN_MICROSECONDS.sub(r"\1", written.removesuffix(" UTC"))
    return datetime.fromisoformat(_OFFSET_WITHOUT_COLON.sub(r"\1:\2", written))


def _aware(found: datetime) -> datetime:
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def whole_number(value: object) -> int | None:
    """Return a line number or the like: a whole number from 1 on, also written as text, or None."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        value = int(value)
    return value if type(value) is int and 0 < value < 2**31 else None
