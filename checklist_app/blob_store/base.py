"""What a blob store promises, wherever its bytes lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from checklist_app.domain.errors import NotFound
from checklist_app.domain.text import text

MEGABYTE = 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """What was stored. ``size`` is in bytes."""

    sha256: str
    size: int


class BlobStore(Protocol):
    """Where bytes live; a local folder, or an object store for larger teams.

    An object store may also be away, which every method but ``is_writable`` and ``sweep_drafts``
    tells by ``StorageUnavailable``.
    """

    def put(self, source: IO[bytes], *, limit: int) -> StoredBlob:
        """Store what ``source`` yields, at most ``limit`` bytes.

        Storing the same bytes twice keeps one copy, as young as its newest upload.

        Raises:
            TooLarge: there were more bytes; nothing was kept.
            StorageFull: the disk is full; nothing was kept.
        """

    def path(self, sha256: str) -> Path:
        """Return a local path to read from, at once.

        Raises:
            NotFound: there are no such bytes.
            AlteredFile: what lies there are not the bytes of that name any more.
        """

    def holds(self, sha256: str) -> bool:
        """Read what is stored under a name; return whether it is whole, and False for nothing."""

    def is_writable(self) -> bool:
        """Return whether new bytes could be stored now."""

    def names_before(self, moment: datetime) -> Iterator[str]:
        """Yield the SHA-256 of what was last stored before ``moment``."""

    def delete(self, sha256: str, *, before: datetime) -> None:
        """Take bytes away, unless they were stored again since ``before``.

        What is not there is no error.
        """

    def sweep_drafts(self, moment: datetime) -> None:
        """Take away what an interrupted ``put`` left before ``moment``."""


def is_name(word: str) -> bool:
    """Return whether a word is a SHA-256 as we write it, so that it can be part of a path."""
    return _NAME.fullmatch(word) is not None


def missing() -> NotFound:
    """Return what is told about bytes that a row names and that are not there."""
    return NotFound(text("The stored file is missing. Tell the administrator."))
