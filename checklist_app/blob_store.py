"""Bytes of evidence and reports, named by their SHA-256, outside anything the web serves."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from checklist_app.domain.errors import NotFound, StorageFull, TooLarge
from checklist_app.domain.text import text

CHUNK = 256 * 1024
MEGABYTE = 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """What was stored. ``size`` is in bytes."""

    sha256: str
    size: int


class BlobStore(Protocol):
    """Where bytes live; a local folder, or an object store for larger teams."""

    def put(self, source: IO[bytes], *, limit: int) -> StoredBlob:
        """Store what ``source`` yields, at most ``limit`` bytes.

        Storing the same bytes twice keeps one copy.

        Raises:
            TooLarge: there were more bytes; nothing was kept.
            StorageFull: the disk is full; nothing was kept.
        """

    def path(self, sha256: str) -> Path:
        """Return a local path to read from, or raise NotFound."""

    def is_writable(self) -> bool:
        """Return whether new bytes could be stored now."""

    def names_before(self, moment: datetime) -> Iterator[str]:
        """Yield the SHA-256 of what was last stored before ``moment``."""

    def delete(self, sha256: str) -> None:
        """Take bytes away; what is not there is no error."""

    def sweep_drafts(self, moment: datetime) -> None:
        """Take away what an interrupted ``put`` left before ``moment``."""


class FolderStore:
    """A blob store in a local folder: ``ab/cdef…``, written beside and renamed into place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, source: IO[bytes], *, limit: int) -> StoredBlob:
        """Store bytes; see :class:`BlobStore`."""
        with _told_when_full():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._folder / f".draft-{secrets.token_hex(12)}"
            try:
                blob = _write(source, draft, limit)
                self._keep(draft, blob)
            finally:
                draft.unlink(missing_ok=True)
        return blob

    def path(self, sha256: str) -> Path:
        """Return where the bytes lie; see :class:`BlobStore`."""
        target = self._target(sha256)
        if not target.is_file():
            raise NotFound(text("The stored file is missing. Tell the administrator."))
        return target

    def is_writable(self) -> bool:
        """Return whether a byte could be stored now."""
        probe = self._folder / f".probe-{secrets.token_hex(6)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe.write_bytes(b"x")
            probe.unlink()
        except OSError:
            probe.unlink(missing_ok=True)
            return False
        return True

    def names_before(self, moment: datetime) -> Iterator[str]:
        """Yield the names of old bytes; see :class:`BlobStore`."""
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            if path.stat().st_mtime < moment.timestamp():
                yield path.parent.name + path.name

    def delete(self, sha256: str) -> None:
        """Take bytes away; see :class:`BlobStore`."""
        self._target(sha256).unlink(missing_ok=True)

    def sweep_drafts(self, moment: datetime) -> None:
        """Take old drafts away; see :class:`BlobStore`."""
        for path in self._folder.glob(".*-*"):
            if path.stat().st_mtime < moment.timestamp():
                path.unlink(missing_ok=True)

    def _keep(self, draft: Path, blob: StoredBlob) -> None:
        target = self._target(blob.sha256)
        if target.is_file():
            target.touch()  # as young as its newest upload, so that the reaper leaves it alone
            return
        target.parent.mkdir(exist_ok=True, mode=0o700)
        draft.rename(target)
        _flush_folder(target.parent)

    def _target(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise NotFound
        return self._folder / sha256[:2] / sha256[2:]


def _write(source: IO[bytes], draft: Path, limit: int) -> StoredBlob:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(
                    text(
                        "The file is larger than the %(limit)s MB that are allowed.",
                        limit=limit // MEGABYTE,
                    )
                )
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return StoredBlob(digest.hexdigest(), size)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise
