"""What all readers say of files that are cut off, nested beyond reason, or no strict JSON."""

from __future__ import annotations

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.text import text

MAX_DEPTH = 64
"""No honest file is nested deeper."""


def cut_off(size: int) -> UnreadableReport:
    """Return the error for a file that ends too early, after ``size`` bytes."""
    return UnreadableReport(
        text(
            "The file ends in the middle, after byte %(size)s: it was cut off. "
            "Export or copy it again.",
            size=size,
        )
    )


def empty_file() -> UnreadableReport:
    """Return the error for a file with nothing in it."""
    return UnreadableReport(text("The file is empty. Export the report again."))


def several_documents(line: int) -> UnreadableReport:
    """Return the error for a file that goes on, in that line, after its one document."""
    return UnreadableReport(
        text(
            "The file holds several JSON documents; the second begins in line %(line)s. "
            "Only reports of one document can be read.",
            line=line,
        )
    )


def not_valid(line: int, column: int) -> UnreadableReport:
    """Return the error for what is no JSON from that place on; both count from 1."""
    return UnreadableReport(
        text(
            "This is not valid JSON: line %(line)s, column %(column)s cannot be read. "
            "Export the report again with the original tool.",
            line=line,
            column=column,
        )
    )


def not_text(error: UnicodeDecodeError, encoding: str, byte: int, size: int) -> UnreadableReport:
    """Return the error for bytes that are no text; ``byte`` tells where in the file they are."""
    if "end of data" in error.reason or "truncated" in error.reason:
        return cut_off(size)
    return UnreadableReport(
        text(
            "Byte %(byte)s is not text in %(encoding)s. Save the report as UTF-8.",
            byte=byte,
            encoding=encoding.upper(),
        )
    )


def too_deep() -> UnreadableReport:
    """Return the error for JSON that is nested deeper than any report."""
    return UnreadableReport(
        text(
            "The file is nested deeper than %(limit)s levels. No scanner writes such a report.",
            limit=MAX_DEPTH,
        )
    )


def twice(key: str) -> UnreadableReport:
    """Return the error for a key that an object has twice."""
    return UnreadableReport(
        text(
            "The key %(key)s stands twice in one object, so nobody can tell which one counts. "
            "Export the report again with the original tool.",
            key=key[:80],
        )
    )


def odd_number(value: str) -> UnreadableReport:
    """Return the error for NaN, Infinity, and numbers beyond all measure."""
    return UnreadableReport(
        text(
            "The file holds %(value)s where JSON wants an ordinary number. "
            "Export the report again with the original tool.",
            value=value[:40],
        )
    )
