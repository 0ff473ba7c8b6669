"""Whether a file on this machine's disk still is what its SHA-256 says."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

REMEMBERED = 20_000


def is_whole(path: Path, sha256: str) -> bool:
    """Return whether a file has that SHA-256; read once for each state that it is seen in.

    Whoever writes to a file changes its state: inode, size and time of change, which programs
    cannot set.

    Raises:
        FileNotFoundError: there is no such file.
    """
    seen = path.stat()
    return _is_whole_as_seen(path, sha256, (seen.st_ino, seen.st_size, seen.st_ctime_ns))


def sha256_of(path: Path) -> str:
    """Read a file; return the SHA-256 of what it holds.

    Raises:
        FileNotFoundError: there is no such file.
    """
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


@lru_cache(maxsize=REMEMBERED)
def _is_whole_as_seen(path: Path, sha256: str, seen: tuple[int, int, int]) -> bool:  # noqa: ARG001
    return sha256_of(path) == sha256
