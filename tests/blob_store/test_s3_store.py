"""Bytes in a bucket: one copy of each, believed only when they are what was stored."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.orm import Session

from checklist_app.blob_store import MEGABYTE
from checklist_app.blob_store.s3 import S3Store
from checklist_app.blob_store.s3_bucket import Bucket, Held
from checklist_app.domain.errors import AlteredFile, NotFound, TooLarge
from checklist_app.services.clock import now
from checklist_app.services.evidence import note_blob
from checklist_app.services.housekeeping import reap_blobs
from tests.object_store import PAGE, TestBucket

HOUR = timedelta(hours=1)


def put(store: S3Store, data: bytes) -> str:
    return store.put(BytesIO(data), limit=MEGABYTE).sha256


@pytest.fixture
def store(bucket: TestBucket) -> S3Store:
    return bucket.store()


@pytest.fixture
def elsewhere(bucket: TestBucket, tmp_path: Path) -> S3Store:
    """The same bucket, seen from a machine that has no copies."""
    return bucket.store(cache_dir=str(tmp_path / "elsewhere"))


def test_what_one_machine_stores_another_reads(
    store: S3Store, elsewhere: S3Store, bucket: TestBucket
) -> None:
    data = b"seen with my own eyes" * 50_000
    sha256 = store.put(BytesIO(data), limit=2 * MEGABYTE).sha256
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert bucket.held() == [f"team/checklist/{sha256[:2]}/{sha256[2:]}"]
    assert store.path(sha256).read_bytes() == data
    assert elsewhere.path(sha256).read_bytes() == data


def test_an_empty_file_is_a_file(store: S3Store, elsewhere: S3Store) -> None:
    assert elsewhere.path(put(store, b"")).read_bytes() == b""


def test_the_same_bytes_twice_are_one_copy(
    store: S3Store, elsewhere: S3Store, bucket: TestBucket
) -> None:
    assert put(store, b"once") == put(elsewhere, b"once")
    assert len(bucket.held()) == 1
    assert bucket.versions() == 1


def test_old_bytes_that_come_again_are_written_again_and_so_are_young(
    store: S3Store, bucket: TestBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, b"once")
    monkeypatch.setattr("checklist_app.blob_store.s3.YOUNG", timedelta(0))
    put(store, b"once")
    assert len(bucket.held()) == 1
    assert bucket.versions() == 2


def test_more_than_the_limit_is_not_kept_anywhere(store: S3Store, bucket: TestBucket) -> None:
    with pytest.raises(TooLarge, match="1 MB"):
        store.put(BytesIO(b"x" * (MEGABYTE + 1)), limit=MEGABYTE)
    assert bucket.held() == []
    assert [path for path in bucket.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("altered", [b"another thing", b"the thinG", b""])
def test_altered_bytes_are_shown_to_nobody(
    store: S3Store,
    elsewhere: S3Store,
    bucket: TestBucket,
    tmp_path: Path,
    altered: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sha256 = put(store, b"the thing")
    bucket.replace(altered)
    for _ in range(2):
        with pytest.raises(AlteredFile):
            elsewhere.path(sha256)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert "other bytes than were stored" in caplog.text


def test_an_altered_copy_is_fetched_again(store: S3Store, bucket: TestBucket) -> None:
    sha256 = put(store, b"the thing")
    store.path(sha256).write_bytes(b"another thing")
    assert store.path(sha256).read_bytes() == b"the thing"
    store.path(sha256).write_bytes(b"another thing")
    bucket.replace(b"another thing")
    with pytest.raises(AlteredFile):
        store.path(sha256)


def test_uploading_altered_bytes_again_makes_them_whole(
    store: S3Store, elsewhere: S3Store, bucket: TestBucket
) -> None:
    sha256 = put(store, b"the thing")
    bucket.replace(b"another thing")
    put(store, b"the thing")
    assert elsewhere.path(sha256).read_bytes() == b"the thing"


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64, "0" * 63 + "\n"])
def test_what_is_not_there_is_not_found(store: S3Store, name: str) -> None:
    with pytest.raises(NotFound):
        store.path(name)


def test_a_listing_of_several_pages_is_whole_and_ours_alone(
    store: S3Store, bucket: TestBucket
) -> None:
    names = {put(store, bytes([number])) for number in range(2 * PAGE + 1)}
    for key in ("other/file", "team/checklist/ab/not-ours", "team/checklist-2/ab/" + "c" * 62):
        bucket.server.client.put_object(Bucket=bucket.name, Key=key, Body=b"x")
    assert store.is_writable()
    assert set(store.names_before(now() + HOUR)) == names
    assert list(store.names_before(now() - HOUR)) == []


def test_what_was_stored_again_since_then_is_not_deleted(
    store: S3Store, elsewhere: S3Store
) -> None:
    sha256 = put(store, b"wanted after all")
    store.delete(sha256, before=now() - HOUR)
    assert elsewhere.path(sha256).read_bytes() == b"wanted after all"
    store.delete(sha256, before=now() + HOUR)
    with pytest.raises(NotFound):
        store.path(sha256)
    store.delete(sha256, before=now() + HOUR)  # what is not there is no error


def test_bytes_that_come_again_after_somebody_else_deleted_them_stay(
    store: S3Store, elsewhere: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = hashlib.sha256(b"again").hexdigest()
    look = Bucket.look

    def look_before_an_upload(bucket: Bucket, key: str) -> Held | None:
        found = look(bucket, key)
        monkeypatch.undo()
        put(elsewhere, b"again")
        return found

    monkeypatch.setattr(Bucket, "look", look_before_an_upload)
    store.delete(sha256, before=now() + HOUR)
    assert store.holds(sha256)


def test_only_old_bytes_that_no_row_names_are_deleted(session: Session, store: S3Store) -> None:
    held = store.put(BytesIO(b"held"), limit=MEGABYTE)
    note_blob(session, held)
    session.commit()
    orphans = [put(store, bytes([number])) for number in range(PAGE + 1)]
    assert reap_blobs(session, store) == 0
    with time_machine.travel(now() + timedelta(days=2), tick=True):
        assert reap_blobs(session, store) == len(orphans)
        assert list(store.names_before(now())) == [held.sha256]


def test_what_an_interrupted_upload_left_is_swept(store: S3Store, bucket: TestBucket) -> None:
    sha256 = put(store, b"whole")
    left = store.path(sha256).with_name(".draft-0123")
    left.write_bytes(b"ha")
    store.sweep_drafts(now() + HOUR)
    assert not left.exists()
    assert store.path(sha256).exists()
