"""Copies on this machine's disk of what lies in the object store, so that programs can read it."""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from checklist_app.blob_store.base import StoredBlob, is_name
from checklist_app.blob_store.drafts import alone_in, can_write, flush_folder, sweep
from checklist_app.blob_store.wholeness import is_whole

NOTED_SECONDS = 60
"""For how long one note that a copy was asked for is enough: each changes the state of the file,
after which it is read anew."""
SPARED_SECONDS = 600 + NOTED_SECONDS
"""A copy whose last note is younger stays: somebody may be about to open it."""

_log = logging.getLogger(__name__)


class Cache:
    """A folder of copies, each named by its SHA-256; the longest unused make room for new ones.

    Several processes may share it, also of several machines if their file system tells each of the
    locks of the others, as NFS does unless it is mounted without.

    Args:
        folder: where the copies lie.
        most: bytes that they may hold together; more only while all of them were asked for in
            the last ten minutes.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self.folder = folder
        self._most = most
        self._grown: int | None = None

    def find(self, sha256: str) -> Path | None:
        """Return the copy and note that it was asked for, or None where there is no whole one."""
        path = self.folder / sha256
        try:
            self._note_use(path)
            if is_whole(path, sha256):
                return path
            self._drop_altered(path, sha256)
        except FileNotFoundError:
            pass
        return None

    def keep(self, draft: Path, blob: StoredBlob) -> Path:
        """Make a whole draft the copy of its name; the draft has to lie in the folder."""
        target = self.folder / blob.sha256
        with alone_in(self.folder):
            draft.rename(target)
        flush_folder(self.folder)
        self._make_room(blob.size)
        return target

    def drop(self, sha256: str) -> None:
        """Take a copy away, if there is one."""
        (self.folder / sha256).unlink(missing_ok=True)

    def is_writable(self) -> bool:
        """Return whether a copy could be made now."""
        return can_write(self.folder)

    def sweep(self, moment: datetime) -> None:
        """Take away what was left half-written before ``moment``."""
        sweep(self.folder, moment)

    def _note_use(self, path: Path) -> None:
        """Make a copy young, unless it is: then nobody lets it go for ten minutes anyway."""
        if path.stat().st_mtime < time.time() - NOTED_SECONDS:
            with alone_in(self.folder):
                os.utime(path)

    def _drop_altered(self, path: Path, sha256: str) -> None:
        """Take away what is no copy any more, unless another process has put a whole one there."""
        with alone_in(self.folder):
            if is_whole(path, sha256):
                return
            path.unlink()
        _log.error("a copy of a stored file was altered", extra={"sha256": sha256})

    def _make_room(self, size: int) -> None:
        """Look at the folder now and then, since looking takes as long as there are copies."""
        step = self._most // 16
        self._grown = step if self._grown is None else self._grown + size
        if self._grown < step:
            return
        self._grown = 0
        copies = sorted(self._copies())
        too_much = sum(held for _, held, _ in copies) - (self._most - step)
        for _, held, path in copies:
            if too_much <= 0 or not self._let_go(path):
                return
            too_much -= held

    def _let_go(self, path: Path) -> bool:
        """Delete a copy unless it was asked for meanwhile; return whether it is gone."""
        with alone_in(self.folder):
            if not self._is_unused(path):
                return False
            path.unlink(missing_ok=True)
        return True

    def _copies(self) -> list[tuple[float, int, Path]]:
        copies = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if is_name(entry.name):
                    with suppress(FileNotFoundError):
                        found = entry.stat()
                        copies.append((found.st_mtime, found.st_size, Path(entry.path)))
        return copies

    @staticmethod
    def _is_unused(path: Path) -> bool:
        try:
            return path.stat().st_mtime < time.time() - SPARED_SECONDS
        except FileNotFoundError:
            return True
