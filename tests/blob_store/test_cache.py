"""Copies of what lies in the object store: bounded, the longest unused go first."""

from __future__ import annotations

import os
import time
from pathlib import Path
from threading import Thread

import pytest

from checklist_app.blob_store.base import StoredBlob
from checklist_app.blob_store.cache import SPARED_SECONDS, Cache

MOST = 1600
SIZE = 100


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path, MOST)


def keep(cache: Cache, number: int) -> Path:
    draft = cache.folder / ".draft-1"
    draft.write_bytes(b"x" * SIZE)
    return cache.keep(draft, StoredBlob(f"{number:064x}", SIZE))


def age(path: Path, *, rank: int) -> None:
    moment = time.time() - 2 * SPARED_SECONDS + rank
    os.utime(path, (moment, moment))


def test_the_longest_unused_make_room(cache: Cache) -> None:
    for number in range(40):
        age(keep(cache, number), rank=number)
        assert sum(path.stat().st_size for path in cache.folder.iterdir()) <= MOST
    left = sorted(int(path.name, 16) for path in cache.folder.iterdir())
    assert left == list(range(25, 40))


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
    wanted = cache.folder / f"{0:064x}"
    (cache.folder / ".draft-2").write_bytes(b"x" * SIZE)
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
