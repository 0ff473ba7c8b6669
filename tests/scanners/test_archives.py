"""Compressed reports are unpacked with limits; what is not an honest archive is refused."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from pathlib import Path

import pytest

from checklist_app.domain.errors import DomainError
from checklist_app.scanners import archives
from checklist_app.scanners.archives import unpacked

Files = dict[str, bytes]


def packed(files: Files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def contents(tmp_path: Path, data: bytes) -> Files:
    path = tmp_path / "archive"
    path.write_bytes(data)
    with unpacked(path) as members:
        return {member.name: member.path.read_bytes() for member in members}


def test_a_zip_gives_each_report_under_its_own_name(tmp_path: Path) -> None:
    files = {"out/zap.json": b'{"site": []}', "trivy.json": b"{}", "__MACOSX/._x": b"x"}

    assert contents(tmp_path, packed(files)) == {"zap.json": b'{"site": []}', "trivy.json": b"{}"}


def test_a_gzip_gives_its_one_report(tmp_path: Path) -> None:
    assert contents(tmp_path, gzip.compress(b"{}")) == {"": b"{}"}


def link() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        entry = zipfile.ZipInfo("report.json")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


def encrypted() -> bytes:
    data = bytearray(packed({"a.json": b"{}"}))
    data[6] |= 1  # the flag in the local header, and the one in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


HOSTILE = {
    "slip": packed({"../../etc/cron.d/x": b"x"}),
    "absolute": packed({"/etc/passwd": b"x"}),
    "backslash": packed({"..\\..\\x": b"x"}),
    "symlink": link(),
    "bomb": packed({"a.json": b"0" * 60_000_000}),
    "gzip bomb": gzip.compress(b"0" * 60_000_000),
    "many": packed({f"{n}.json": b"{}" for n in range(60)}),
    "nested": packed({"inner.zip": packed({"a.json": b"{}"})}),
    "nested gzip": gzip.compress(gzip.compress(b"{}")),
    "encrypted": encrypted(),
    "empty": packed({}),
    "cut off zip": packed({"a.json": b"{}" * 500})[:60],
    "cut off gzip": gzip.compress(b"{}" * 5000)[:-10],
    "no archive": b"PK\x03\x04 but nothing more",
    "damaged": gzip.compress(b"{}" * 5000)[:20] + b"\0" * 40,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_honest_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DomainError) as caught:
        contents(tmp_path, data)

    assert "rchive" in str(caught.value)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "keep").mkdir()
    for data in (HOSTILE["nested"], packed({"a.json": b"{}"})):
        try:
            contents(tmp_path / "keep", data)
        except DomainError:
            continue

    assert [path.name for path in tmp_path.iterdir()] == ["keep"]


def test_the_limits_are_those_of_a_report() -> None:
    assert archives.UNPACK_LIMITS.memory_mb <= 512
    assert archives.UNPACK_LIMITS.wall_seconds <= 60
