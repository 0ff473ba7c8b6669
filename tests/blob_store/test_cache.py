"""Copies of what lies in the object store: bounded, the longest unused go first."""

from __future__ import annotations

import os
import time
from pathlib import Path

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


def test_what_is_no_copy_is_left_alone(cache: Cache) -> None:
    other = cache.folder / "somebody-elses"
    other.write_bytes(b"x" * 2 * MOST)
    age(other, rank=0)
    for number in range(40):
        age(keep(cache, number), rank=number)
    assert other.exists()
