"""Evidence and reports carried from the folder of one machine to an object store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from checklist_app.blob_store.base import StoredBlob, is_name
from checklist_app.blob_store.folder import FolderStore
from checklist_app.blob_store.s3 import S3Store

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class Outcome(StrEnum):
    """What became of one file."""

    SENT = "sent"
    THERE = "there"
    DAMAGED_HERE = "damaged_here"
    DAMAGED_THERE = "damaged_there"


@dataclass(slots=True)
class Copied:
    """How many files there were, by outcome, and the names of the damaged ones."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    damaged: list[str] = field(default_factory=list)

    def note(self, sha256: str, outcome: Outcome) -> None:
        """Count a file."""
        self.counts[outcome] += 1
        if outcome in (Outcome.DAMAGED_HERE, Outcome.DAMAGED_THERE):
            self.damaged.append(sha256)


def copy_all(folder: FolderStore, store: S3Store) -> Copied:
    """Copy what is not there yet, and read back every file that is; nothing is taken away here.

    A file whose bytes are not those of its name is left out.

    Raises:
        StorageUnavailable: the store is away; what was copied before stays and is known next time.
    """
    copied = Copied()
    for sha256 in _names(folder):
        copied.note(sha256, _copy(folder, store, sha256))
    return copied


def _names(folder: FolderStore) -> Iterator[str]:
    return (name for name in folder.names_before(END_OF_TIME) if is_name(name))


def _copy(folder: FolderStore, store: S3Store, sha256: str) -> Outcome:
    if not folder.holds(sha256):
        return Outcome.DAMAGED_HERE
    if store.holds(sha256):
        return Outcome.THERE
    path = folder.path(sha256)
    store.send(path, StoredBlob(sha256, path.stat().st_size))
    return Outcome.SENT if store.holds(sha256) else Outcome.DAMAGED_THERE
