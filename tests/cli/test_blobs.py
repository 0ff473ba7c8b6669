"""Evidence and reports move to an object store: every byte compared, and as often as one likes."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from checklist_app.blob_store import FolderStore
from checklist_app.config import Config
from checklist_app.services.clock import now
from checklist_app.services.evidence import note_blob
from tests.cast import Cast
from tests.cli.conftest import Checklist
from tests.jobs.scan_files import sarif
from tests.object_store import TestBucket


@pytest.fixture
def on_bucket(
    checklist: Checklist, bucket: TestBucket, monkeypatch: pytest.MonkeyPatch
) -> Checklist:
    """The command, with settings that lead to the bucket."""
    for name, value in bucket.settings().items():
        monkeypatch.setenv(name, value)
    return checklist


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "var" / "blobs")


def put(folder: FolderStore, data: bytes) -> str:
    return folder.put(BytesIO(data), limit=100).sha256


def test_everything_is_copied_once_and_checked_every_time(
    on_bucket: Checklist, folder: FolderStore, bucket: TestBucket
) -> None:
    names = {put(folder, bytes([number])) for number in range(4)}
    first = on_bucket("blobs", "copy", "--json")
    assert (first.code, first.facts["sent"], first.facts["there"]) == (0, 4, 0)
    assert {key.removeprefix("team/checklist/").replace("/", "") for key in bucket.held()} == names
    again = on_bucket("blobs", "copy", "--json")
    assert (again.code, again.facts["sent"], again.facts["there"]) == (0, 0, 4)
    assert bucket.versions() == 4


def test_a_file_that_is_damaged_here_is_named_and_left_out(
    on_bucket: Checklist, folder: FolderStore, bucket: TestBucket
) -> None:
    whole, damaged = put(folder, b"whole"), put(folder, b"damaged")
    folder.path(damaged).write_bytes(b"another thing")
    ran = on_bucket("blobs", "copy")
    assert ran.code == 1
    assert damaged in ran.out
    assert whole not in ran.out
    assert len(bucket.held()) == 1


def test_an_object_that_was_altered_there_is_made_whole(
    on_bucket: Checklist, folder: FolderStore, bucket: TestBucket
) -> None:
    sha256 = put(folder, b"whole")
    on_bucket("blobs", "copy")
    bucket.replace(b"another thing")
    assert on_bucket("blobs", "copy", "--json").facts["sent"] == 1
    assert bucket.store().path(sha256).read_bytes() == b"whole"


def test_without_an_object_store_there_is_nowhere_to_copy_to(checklist: Checklist) -> None:
    ran = checklist("blobs", "copy")
    assert ran.code == 1
    assert "CHECKLIST_S3_BUCKET" in ran.err


def test_a_store_that_is_away_is_told_without_a_trace(
    on_bucket: Checklist, folder: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, b"whole")
    monkeypatch.setenv("CHECKLIST_S3_ENDPOINT", "https://127.0.0.1:1")
    ran = on_bucket("blobs", "copy", "--json")
    assert ran.code == 1
    assert "CHECKLIST_S3_ENDPOINT" in ran.facts["error"]
    assert "Traceback" not in ran.err


def test_a_report_is_made_and_kept_in_the_object_store(
    on_database: Checklist,
    on_bucket: Checklist,
    bucket: TestBucket,
    config: Config,
    cast: Cast,
    tmp_path: Path,
) -> None:
    scan, out = tmp_path / "trial.sarif", tmp_path / "audit.pdf"
    scan.write_bytes(sarif(4))
    ran = on_bucket(
        "report", "Bank", "--scan", scan, "--out", out, "--json",
        "--standard", "owasp-test", "--language", "en",
    )  # fmt: skip
    assert ran.code == 0, ran
    assert bucket.store().path(ran.facts["sha256"]).read_bytes() == out.read_bytes()
    assert on_bucket("verify", out, "--json").facts["verdict"] == "valid"
    assert not config.blob_dir.exists()


@pytest.mark.parametrize("there", [False, True])
def test_what_rows_name_and_nobody_holds_any_more_is_named(
    on_database: Checklist,
    config: Config,
    bucket: TestBucket,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    *,
    there: bool,
) -> None:
    if there:
        for name, value in bucket.settings().items():
            monkeypatch.setenv(name, value)
    store = bucket.store() if there else FolderStore(config.blob_dir)
    kept = [store.put(BytesIO(data), limit=100) for data in (b"whole", b"altered", b"gone")]
    for blob in kept:
        note_blob(session, blob)
    session.commit()
    assert on_database("blobs", "check", "--json").facts == {"checked": 3, "lost": []}
    alter(bucket, config, kept[1].sha256, there=there)
    store.delete(kept[2].sha256, before=now() + timedelta(hours=1))
    ran = on_database("blobs", "check", "--json")
    assert ran.code == 1
    assert ran.facts["lost"] == sorted(blob.sha256 for blob in kept[1:])


def alter(bucket: TestBucket, config: Config, sha256: str, *, there: bool) -> None:
    if there:
        key = f"team/checklist/{sha256[:2]}/{sha256[2:]}"
        bucket.server.client.put_object(Bucket=bucket.name, Key=key, Body=b"other")
    else:
        FolderStore(config.blob_dir).path(sha256).write_bytes(b"other")
