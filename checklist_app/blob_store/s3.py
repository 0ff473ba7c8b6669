"""The blob store of several machines: a bucket of an S3 server, with copies on the local disk."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Self

from checklist_app.blob_store.base import MEGABYTE, StoredBlob, is_name
from checklist_app.blob_store.cache import Cache
from checklist_app.blob_store.drafts import CHUNK, draft_in, write_draft
from checklist_app.blob_store.s3_bucket import Bucket
from checklist_app.config import Config
from checklist_app.domain.errors import AlteredFile, NotFound, StorageUnavailable

YOUNG = timedelta(hours=1)
"""What was stored within this time needs no second copy to count as young."""
LARGEST = 4096 * MEGABYTE
"""More than anything that is ever stored, so that a server cannot fill the disk with one answer."""
PROBE_SECONDS = 10.0
"""For how long one answer of the server holds, however often we are asked whether it is there."""

_log = logging.getLogger(__name__)


class S3Store:
    """A blob store in a bucket: ``<prefix>/ab/cdef…``.

    What comes from the server is believed only when its SHA-256 is the one that it was asked for.
    """

    def __init__(self, bucket: Bucket, prefix: str, cache: Cache) -> None:
        self._bucket = bucket
        self._beginning = f"{prefix}/" if prefix else ""
        self._cache = cache
        self._probed: tuple[float, bool] | None = None

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return the store that the settings name; nothing is connected to yet."""
        cache = Cache(config.s3_copies_dir, config.s3_cache_mb * MEGABYTE)
        return cls(Bucket(config), config.s3_prefix, cache)

    def put(self, source: IO[bytes], *, limit: int) -> StoredBlob:
        """Store bytes; see :class:`BlobStore`."""
        with draft_in(self._cache.folder) as draft:
            blob = write_draft(source, draft, limit)
            if not self._is_young(blob):
                self.send(draft, blob)
            self._cache.keep(draft, blob)
        return blob

    def send(self, path: Path, blob: StoredBlob) -> None:
        """Store a file whose name is known, over whatever lies there."""
        self._bucket.send(self._key(blob.sha256), path, blob)

    def holds(self, sha256: str) -> bool:
        """Read what the server has, whatever lies here; see :class:`BlobStore`."""
        digest = hashlib.sha256()
        try:
            with self._bucket.opened(self._key(sha256)) as source:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
        except NotFound:
            return False
        return digest.hexdigest() == sha256

    def path(self, sha256: str) -> Path:
        """Return a copy on this machine; see :class:`BlobStore`."""
        key = self._key(sha256)
        return self._cache.find(sha256) or self._fetched(key, sha256)

    def is_writable(self) -> bool:
        """Return whether a byte could be stored now; one answer holds for ten seconds."""
        moment = time.monotonic()
        if self._probed is None or moment - self._probed[0] > PROBE_SECONDS:
            self._probed = (moment, self._cache.is_writable() and self._answers())
        return self._probed[1]

    def names_before(self, moment: datetime) -> Iterator[str]:
        """Yield the names of old bytes; see :class:`BlobStore`."""
        for key, stored_at in self._bucket.keys(self._beginning):
            name = key.removeprefix(self._beginning).replace("/", "", 1)
            if is_name(name) and key == self._key(name) and stored_at < moment:
                yield name

    def delete(self, sha256: str, *, before: datetime) -> None:
        """Take bytes away; see :class:`BlobStore`."""
        key = self._key(sha256)
        held = self._bucket.look(key)
        if held is not None:
            if held.stored_at >= before:
                return
            # The same bytes may come again between the look and this, and be gone: no removal that
            # all servers know depends on what they hold. docs/operator.md tells so.
            self._bucket.remove(key)
        self._cache.drop(sha256)

    def sweep_drafts(self, moment: datetime) -> None:
        """Take old drafts away; see :class:`BlobStore`."""
        self._cache.sweep(moment)

    def _fetched(self, key: str, sha256: str) -> Path:
        with draft_in(self._cache.folder) as draft:
            with self._bucket.opened(key) as source:
                blob = write_draft(source, draft, LARGEST)
            if blob.sha256 != sha256:
                _log.error(
                    "the object store holds other bytes than were stored",
                    extra={"sha256": sha256, "found": blob.sha256},
                )
                raise AlteredFile
            return self._cache.keep(draft, blob)

    def _is_young(self, blob: StoredBlob) -> bool:
        """Return whether the very bytes were stored a moment ago.

        What is older, or not known to be the same, is written once more: so it counts as young,
        and bytes that somebody altered are whole again.
        """
        held = self._bucket.look(self._key(blob.sha256))
        if held is None or not held.is_said_to_be(blob.sha256):
            return False
        return held.stored_at > datetime.now(UTC) - YOUNG

    def _answers(self) -> bool:
        try:
            self._bucket.probe(f"{self._beginning}probe")
        except StorageUnavailable:
            return False
        return True

    def _key(self, sha256: str) -> str:
        if not is_name(sha256):
            raise NotFound
        return f"{self._beginning}{sha256[:2]}/{sha256[2:]}"
