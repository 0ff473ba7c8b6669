"""What a large JSON document is made of, where its beginning does not tell which format it has.

A format is known by names that its tool writes first. Who sorts the names of a document, or has so
many files or errors that a list of them fills the beginning, moves them out of it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

from checklist_app.scanners.base import HEAD_BYTES, Head, Kind, Report
from checklist_app.untrusted.json_stream import JsonStream

_MOST_NAMES = 200
_MOST_OF_A_VALUE = 1_000
_MOST_ENTRIES = 1_000_000
"""More than reports have that can be read at all; walking so far takes two seconds."""


def outline(report: Report, head: Head) -> Head | None:
    """Return the beginning with the names at the root of the document and with its end.

    Args:
        report: the file, which is walked as a whole.
        head: its beginning.

    Returns:
        None if the file is no JSON, or has nothing more than its beginning.

    Raises:
        UnreadableReport: the file is larger than any report may be, or it is broken JSON.
    """
    size = report.check_size()
    if head.kind is not Kind.JSON or size <= HEAD_BYTES:
        return None
    with report.path.open("rb") as file:
        names = _Walk(JsonStream(file, size)).names()
    return replace(head, text="\n".join((head.text, *names, _end(report, size))))


class _Enough(Exception):
    """The document has more entries than any report."""


class _Walk:
    """A walk through a document, with one entry of it in memory at a time."""

    def __init__(self, stream: JsonStream) -> None:
        self._stream = stream
        self._left = _MOST_ENTRIES

    def names(self) -> list[str]:
        """Return the names in the outermost object, each with the beginning of its value."""
        found: list[str] = []
        with suppress(_Enough):
            if self._stream.peek() == "{":
                for name in self._stream.members():
                    found.append(f"{json.dumps(name)}: {self._beginning()}")
            else:
                self._beginning()
        return found[:_MOST_NAMES]

    def _beginning(self) -> str:
        """Take the next value, and return its first characters."""
        opening = self._stream.peek()
        if opening not in ("[", "{"):
            value = self._stream.value()
            return json.dumps(value[:_MOST_OF_A_VALUE] if isinstance(value, str) else value)
        found = opening
        if opening == "{":
            for name in self._stream.members():
                found = self._longer(found, f"{json.dumps(name)}: ")
        else:
            for _ in self._stream.elements():
                found = self._longer(found, "")
        return found[:_MOST_OF_A_VALUE]

    def _longer(self, found: str, label: str) -> str:
        """Take the next entry, and return what was found with its beginning, if there is room."""
        self._left -= 1
        if not self._left:
            raise _Enough
        if len(found) < _MOST_OF_A_VALUE:
            return f"{found}{label}{self._beginning()}, "
        if self._stream.peek() in ("[", "{"):
            self._beginning()
        else:
            self._stream.skip()
        return found


def _end(report: Report, size: int) -> str:
    with report.path.open("rb") as file:
        file.seek(max(HEAD_BYTES, size - HEAD_BYTES))
        end = file.read()
    # In UTF-16 every other byte of what matters here is zero.
    return end.decode("utf-8", "replace").replace("\0", "")
