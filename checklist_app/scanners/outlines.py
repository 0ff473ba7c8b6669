"""What a large JSON document is made of, where its beginning does not tell which format it has.

A format is known by names that its tool writes first. Who sorts the names of a document, or has so
many files or errors that a list of them fills the beginning, moves them out of it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.scanners.base import HEAD_BYTES, Head, Kind, Report
from checklist_app.untrusted.json_stream import JsonStream

_MOST_NAMES = 200
_MOST_OF_A_VALUE = 1_000


def outline(report: Report, head: Head) -> Head | None:
    """Return the beginning with the names at the root of the document and with its end.

    Args:
        report: the file, which is walked as a whole.
        head: its beginning.

    Returns:
        None if the file is no JSON, or has nothing more than its beginning.

    Raises:
        UnreadableReport: the file is larger than any report may be.
    """
    size = report.check_size()
    if head.kind is not Kind.JSON or size <= HEAD_BYTES:
        return None
    try:
        names = _names(report, size)
    except UnreadableReport:  # who reads the file will say what is wrong with it
        return None
    return replace(head, text="\n".join((head.text, *names, _end(report, size))))


def _names(report: Report, size: int) -> list[str]:
    """Return the names in the outermost object, each with the beginning of its value."""
    found: list[str] = []
    with report.path.open("rb") as file:
        stream = JsonStream(file, size)
        if stream.peek() == "{":
            found += (f'"{name}": {_beginning(stream.value())}' for name in stream.members())
    return found[:_MOST_NAMES]


def _beginning(value: Any) -> str:
    """Return the first characters of a value; those that it has not are not even written."""
    parts: list[str] = []
    length = 0
    for part in json.JSONEncoder().iterencode(value):
        parts.append(part[:_MOST_OF_A_VALUE])
        length += len(part)
        if length >= _MOST_OF_A_VALUE:
            break
    return "".join(parts)


def _end(report: Report, size: int) -> str:
    with report.path.open("rb") as file:
        file.seek(max(HEAD_BYTES, size - HEAD_BYTES))
        end = file.read()
    # In UTF-16 every other byte of what matters here is zero.
    return end.decode("utf-8", "replace").replace("\0", "")
