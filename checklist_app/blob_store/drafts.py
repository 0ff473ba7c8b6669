"""Bytes on their way in: written beside their place, hashed and counted while they come."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from checklist_app.blob_store.base import MEGABYTE, StoredBlob
from checklist_app.domain.errors import StorageFull, TooLarge
from checklist_app.domain.text import text

CHUNK = 256 * 1024
LOCK = ".lock"
"""An empty file of a folder: whoever holds its lock is alone there."""


@contextmanager
def draft_in(folder: Path) -> Iterator[Path]:
    """Give the path of a draft in ``folder``; what is still there at the end is taken away.

    Raises:
        StorageFull: the disk is full.
    """
    with _told_when_full():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f".draft-{secrets.token_hex(12)}"
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def write_draft(source: IO[bytes], draft: Path, limit: int) -> StoredBlob:
    """Write what ``source`` yields, at most ``limit`` bytes, and have it on the disk.

    Raises:
        TooLarge: there were more bytes.
    """
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


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep apart who renews a file of a folder and who deletes it as old, also in other processes.

    Otherwise a file could be looked at as old, then be renewed, then deleted all the same. What is
    locked is a file that is open for writing: NFS tells other machines of no other locks.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def can_write(folder: Path) -> bool:
    """Return whether a byte could be written in ``folder`` now."""
    probe = folder / f".probe-{secrets.token_hex(6)}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError:
        with suppress(OSError):  # where nothing can be written, nothing can be taken away either
            probe.unlink(missing_ok=True)
        return False
    return True


def sweep(folder: Path, moment: datetime) -> None:
    """Take away drafts and probes that were left before ``moment``."""
    for path in folder.glob(".*-*"):
        if is_older(path, moment):
            path.unlink(missing_ok=True)


def is_older(path: Path, moment: datetime) -> bool:
    """Return whether a file was last written before ``moment``; one that is gone was not.

    Whoever looks at a folder sees drafts whose upload ends, and so takes them away, meanwhile.
    """
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False


@contextmanager
def _told_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise
