"""Reports that come compressed: gzip around one, zip around several. Unpacked in a child process.

Nothing is written under a name from the archive; members are numbered. What would unpack to more
than honest reports do is refused before or while it is unpacked.
"""

from __future__ import annotations

import gzip
import json
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Protocol

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.text import text
from checklist_app.sandbox import Limits, run_confined
from checklist_app.scanners.base import MAX_REPORT_BYTES

UNPACK_LIMITS = Limits(memory_mb=512, cpu_seconds=30, wall_seconds=60, output_mb=110)
MOST_MEMBERS = 50
MOST_BYTES = 2 * MAX_REPORT_BYTES
HIGHEST_RATIO = 200
SMALL = 1024 * 1024
"""Bytes below which a high ratio harms nobody."""
GZIP, ZIP = b"\x1f\x8b", b"PK"
_BLOCK = 64 * 1024
_IGNORED = ("__MACOSX/", ".DS_Store")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Member:
    """One unpacked report; the name is data, never a path."""

    name: str
    path: Path


def is_archive(head: bytes) -> bool:
    """Whether a file begins like one that is unpacked here."""
    return head.startswith((GZIP, ZIP))


@contextmanager
def unpacked(path: Path) -> Iterator[list[Member]]:
    """Yield the reports in an archive; their files are gone afterwards.

    Raises:
        UnreadableReport: broken, encrypted, nested, with unsafe names, links, too many members, or
            more than honest reports hold.
        LimitExceeded: unpacking needs more than it may have.
    """
    with TemporaryDirectory(prefix="unpacked-") as folder:
        scratch = Path(folder)
        answer = run_confined(
            f"{__name__}:unpack_in_child",
            json.dumps({"path": str(path.resolve())}).encode(),
            limits=UNPACK_LIMITS,
            scratch=scratch,
            readable=(path,),
        )
        yield [
            Member(name, scratch / str(number)) for number, name in enumerate(json.loads(answer))
        ]


def unpack_in_child(payload: bytes, scratch: Path, _progress: Callable[[int, int], None]) -> bytes:
    """Unpack the archive that the payload names into numbered files; runs in the child."""
    path = Path(json.loads(payload)["path"])
    with path.open("rb") as file:
        is_zip = file.read(2) == ZIP
    names = _unzip(path, scratch) if is_zip else _gunzip(path, scratch)
    return json.dumps(names).encode()


def _gunzip(path: Path, scratch: Path) -> list[str]:
    try:
        with gzip.open(path) as source:
            _copy(source, scratch / "0", path.stat().st_size)
    except (OSError, EOFError, zlib.error) as error:
        raise _broken() from error
    _refuse_nested(scratch / "0")
    return [""]


def _unzip(path: Path, scratch: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if _is_wanted(one)]
            _check(members)
            for number, member in enumerate(members):
                with archive.open(member) as source:
                    _copy(source, scratch / str(number), member.compress_size)
                _refuse_nested(scratch / str(number))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise _broken() from error
    return [PurePosixPath(member.filename).name for member in members]


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    ignored = member.filename.startswith(_IGNORED[0]) or member.filename.endswith(_IGNORED[1])
    return not member.is_dir() and not ignored


def _check(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise UnreadableReport(text("The archive is empty. Pack the reports again."))
    if len(members) > MOST_MEMBERS:
        raise UnreadableReport(
            text(
                "The archive holds %(count)s files; at most %(limit)s are read at once.",
                count=len(members),
                limit=MOST_MEMBERS,
            )
        )
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise _too_large()
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or stat.S_ISLNK(member.external_attr >> 16):
            raise UnreadableReport(
                text(
                    "The archive holds links or names that lead out of it. No honest archive of "
                    "reports does; nothing was read from it."
                )
            )
        if member.flag_bits & 1:
            raise UnreadableReport(
                text("The archive is encrypted. Unpack it and import the reports in it.")
            )


def _copy(source: _Readable, target: Path, packed: int) -> None:
    """Write a member, stopping as soon as it grows beyond what its packed size can hold."""
    size = 0
    with target.open("wb") as file:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > MAX_REPORT_BYTES or (size > SMALL and size > packed * HIGHEST_RATIO):
                raise _too_large()
            file.write(block)


def _refuse_nested(path: Path) -> None:
    with path.open("rb") as file:
        if is_archive(file.read(4)):
            raise UnreadableReport(
                text("There is another archive in the archive. Unpack it first.")
            )


def _too_large() -> UnreadableReport:
    return UnreadableReport(
        text("The archive unpacks to more than reports can be; nothing was read from it.")
    )


def _broken() -> UnreadableReport:
    return UnreadableReport(
        text("The archive is broken or of a kind that cannot be unpacked. Pack it again.")
    )
