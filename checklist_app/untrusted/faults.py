"""What all readers say of files that are cut off or nested beyond reason."""

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
