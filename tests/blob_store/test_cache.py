"""Copies of what lies in the object store: bounded, the longest unused go first."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from threading import Thread

import pytest

from checklist_app.blob_store import wholeness
from checklist_app.blob_store.base import StoredBlob, is_name
from checklist_app.blob_store.cache import SPARED_SECONDS, Cache

MOST = 1600
SIZE = 100


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path, MOST)


def data_of(number: int) -> bytes:
    return f"{number:0{SIZE}}".encode()


def name_of(number: int) -> str:
    return hashlib.sha256(data_of(number)).hexdigest()


def keep(cache: Cache, number: int) -> Path:
    draft = cache.folder / ".draft-1"
    draft.write_bytes(data_of(number))
    return cache.keep(draft, StoredBlob(name_of(number), SIZE))


def age(path: Path, *, rank: int) -> None:
    moment = time.time() - 2 * SPARED_SECONDS + rank
    os.utime(path, (moment, moment))


def test_the_longest_unused_make_room(cache: Cache) -> None:
    for number in range(40):
        age(keep(cache, number), rank=number)
        assert sum(path.stat().st_size for path in cache.folder.iterdir()) <= MOST
    left = {path.name for path in cache.folder.iterdir() if is_name(path.name)}
    assert left == {name_of(number) for number in range(25, 40)}


def test_what_was_asked_for_stays_however_old(cache: Cache) -> None:
    wanted = keep(cache, 0)
    age(wanted, rank=0)
    for number in range(1, 40):
        assert cache.find(wanted.name) == wanted
        age(keep(cache, number), rank=number)
    assert wanted.exists()


def test_copies_that_somebody_may_be_about_to_open_stay_even_over_the_bound(cache: Cache) -> None:
    paths = [keep(cache, number) for number in range(40)]
    assert all(path.exists() for path in paths)


@pytest.mark.parametrize("way", ["asked for", "fetched again"])
def test_a_copy_that_somebody_wants_while_it_makes_room_is_there(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    for number in range(15):
        age(keep(cache, number), rank=number)
    wanted = cache.folder / name_of(0)
    (cache.folder / ".draft-2").write_bytes(data_of(0))
    given: list[Path | None] = []

    def want() -> None:
        if way == "asked for":
            given.append(cache.find(wanted.name))
        else:
            blob = StoredBlob(wanted.name, SIZE)
            given.append(Cache(cache.folder, MOST).keep(cache.folder / ".draft-2", blob))

    reader = Thread(target=want)
    is_unused = Cache._is_unused

    def want_in_between(path: Path) -> bool:
        found = is_unused(path)
        if path == wanted:
            reader.start()
            reader.join(timeout=0.2)  # it has to wait until this copy stays or is gone
        return found

    monkeypatch.setattr(Cache, "_is_unused", staticmethod(want_in_between))
    keep(cache, 15)
    reader.join()
    assert [path is None or path.exists() for path in given] == [True]


def test_what_is_no_copy_is_left_alone(cache: Cache) -> None:
    other = cache.folder / "somebody-elses"
    other.write_bytes(b"x" * 2 * MOST)
    age(other, rank=0)
    for number in range(40):
        age(keep(cache, number), rank=number)
    assert other.exists()


@pytest.mark.parametrize("altered", [b"y" * SIZE, b"", b"x" * SIZE * 2])
def test_an_altered_copy_is_told_and_gone(
    cache: Cache, altered: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = keep(cache, 0)
    assert cache.find(path.name) == path
    written = path.stat().st_mtime_ns
    path.write_bytes(altered)
    os.utime(path, ns=(written, written))
    assert cache.find(path.name) is None
    assert not path.exists()
    assert "a copy of a stored file was altered" in caplog.text
    assert cache.find(path.name) is None


def test_a_copy_is_read_once_for_each_state_however_often_it_is_asked_for(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(path: Path) -> str:
        read.append(path)
        return path.name

    monkeypatch.setattr(wholeness, "sha256_of", counted)
    path = keep(cache, 0)
    assert [cache.find(path.name) for _ in range(5)] == [path] * 5
    assert len(read) == 1
    age(path, rank=0)
    assert [cache.find(path.name) for _ in range(5)] == [path] * 5
    assert len(read) == 2


def test_a_copy_that_another_process_made_whole_meanwhile_stays(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keep(cache, 0)
    path.write_bytes(b"altered")
    drop = Cache._drop_altered

    def fetched_in_between(self: Cache, path: Path, sha256: str) -> None:
        keep(cache, 0)
        drop(self, path, sha256)

    monkeypatch.setattr(Cache, "_drop_altered", fetched_in_between)
    cache.find(path.name)
    assert path.read_bytes() == data_of(0)
