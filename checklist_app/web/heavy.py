"""What costs the server much: counted by the hour, for each person and each token.

A limit on all requests alone would let one caller keep the workers and the disk busy with a small
part of it. Reading a page, and one piece of evidence or one report, is not counted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType

from checklist_app.domain.text import Text, text

A_MOMENT = 1
READING = frozenset({"GET", "HEAD", "OPTIONS"})
UPLOADS, SCANS = "UPLOADS_PER_HOUR", "SCANS_PER_HOUR"
EXPORTS, REPORTS = "EXPORTS_PER_HOUR", "REPORTS_PER_HOUR"
HEAVY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        UPLOADS: frozenset({"evidence.attach", "api.evidence.attach_files", "library.index"}),
        SCANS: frozenset({"scans.upload", "api.scans.upload"}),
        EXPORTS: frozenset(
            {
                "auth.export_data",
                "corrections.export",
                "findings.export",
                "personal_data.export",
                "security.export",
            }
        ),
        REPORTS: frozenset({"reports.create", "api.reports.order"}),
    }
)
"""The setting of each kind, and the endpoints that it is about."""


def counts_as(kind: str, endpoint: str | None, method: str) -> bool:
    """Return whether a request is of that kind; looking at the page with a form is not."""
    return endpoint in HEAVY[kind] and (kind == EXPORTS or method not in READING)


def too_often(scope: object, seconds: int) -> Text:
    """Return what to say when a limit is met; ``scope`` is what flask-limiter counted under."""
    if seconds <= A_MOMENT:
        return text("Too many requests at once. Wait a moment and try again.")
    if scope not in HEAVY:
        return text("Too many attempts. Wait a few minutes and try again.")
    return text(
        "You have done this too often within an hour. It is possible again in %(minutes)s minutes.",
        minutes=ceil(seconds / 60),
    )
