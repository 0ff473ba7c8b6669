"""The blob store of one machine: a folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from checklist_app.blob_store.base import StoredBlob, is_name, missing
from checklist_app.blob_store.drafts import (
    alone_in,
    can_write,
    draft_in,
    flush_folder,
    is_older,
    sweep,
    write_draft,
)
from checklist_app.blob_store.wholeness import is_whole, sha256_of
from checklist_app.domain.errors import AlteredFile, NotFound

_log = logging.getLogger(__name__)


class FolderStore:
    """A blob store in a local folder: ``ab/cdef…``, written beside and renamed into place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, source: IO[bytes], *, limit: int) -> StoredBlob:
        """Store bytes; see :class:`BlobStore`."""
        with draft_in(self._folder) as draft:
            blob = write_draft(source, draft, limit)
            self._keep(draft, blob)
        return blob

    def path(self, sha256: str) -> Path:
        """Return where the bytes lie; see :class:`BlobStore`."""
        target = self._target(sha256)
        try:
            found_whole = is_whole(target, sha256)
        except FileNotFoundError:
            raise missing() from None
        if not found_whole:
            _log.error("a stored file is not what was stored", extra={"sha256": sha256})
            raise AlteredFile
        return target

    def holds(self, sha256: str) -> bool:
        """Return whether the bytes are there and whole; see :class:`BlobStore`."""
        try:
            return sha256_of(self._target(sha256)) == sha256
        except FileNotFoundError:
            return False

    def is_writable(self) -> bool:
        """Return whether a byte could be stored now."""
        return can_write(self._folder)

    def names_before(self, moment: datetime) -> Iterator[str]:
        """Yield the names of old bytes; see :class:`BlobStore`."""
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            name = path.parent.name + path.name
            if is_name(name) and is_older(path, moment):  # who copies files may leave others here
                yield name

    def delete(self, sha256: str, *, before: datetime) -> None:
        """Take bytes away; see :class:`BlobStore`."""
        target = self._target(sha256)
        with self._alone():
            if is_older(target, before):
                target.unlink(missing_ok=True)

    def sweep_drafts(self, moment: datetime) -> None:
        """Take old drafts away; see :class:`BlobStore`."""
        sweep(self._folder, moment)

    def _keep(self, draft: Path, blob: StoredBlob) -> None:
        target = self._target(blob.sha256)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        with self._alone():
            # What is there already is replaced: so it is young again, and whole if it was not.
            draft.replace(target)
        flush_folder(target.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep apart who stores bytes and who deletes them as old."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone_in(self._folder):
            yield

    def _target(self, sha256: str) -> Path:
        if not is_name(sha256):
            raise NotFound
        return self._folder / sha256[:2] / sha256[2:]
