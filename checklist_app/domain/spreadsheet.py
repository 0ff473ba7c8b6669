"""Rows as CSV (RFC 4180) that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain_cell(value: str) -> str:
    """Return a text that a spreadsheet shows as it is: what looks like a formula gets a quote."""
    return f"'{value}" if value.startswith(BEGINS_FORMULA) else value


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV with CRLF line ends; None is an empty cell, numbers stay numbers."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([plain_cell(cell) for cell in head])
    for row in rows:
        writer.writerow([_cell(cell) for cell in row])
    return written.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else plain_cell(str(value))
