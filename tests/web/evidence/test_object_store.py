"""Evidence in an object store, as people meet it: the same as in a folder, or a clear word."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.models import Evidence
from tests.object_store import TestBucket
from tests.web.conftest import Visit
from tests.web.evidence.conftest import assert_altered_file_is_told, upload

SEEN = b"What we saw, line by line.\n" * 1000


@pytest.fixture
def config(config: Config, bucket: TestBucket) -> Config:
    """Settings of a system whose evidence lies in the bucket."""
    return bucket.added_to(config)


def forget_copies(config: Config) -> None:
    """Be another machine, which has no copies yet."""
    for path in config.s3_copies_dir.iterdir():
        path.unlink()


def kept(session: Session) -> tuple[int, str]:
    """Return the number of the only piece of evidence, and the name of its bytes."""
    row = session.scalars(select(Evidence)).one()
    number, sha256 = row.id, row.blob_sha256 or ""
    session.rollback()  # a transaction that stays open keeps others waiting
    return number, sha256


def test_evidence_goes_to_the_bucket_and_comes_back_whole_or_in_parts(
    visit: Visit, session: Session, config: Config, bucket: TestBucket
) -> None:
    carla = visit("carla")
    assert upload(carla, ("seen.txt", SEEN)).status_code == 303
    number, sha256 = kept(session)
    assert [key.replace("/", "")[-64:] for key in bucket.held()] == [sha256]
    forget_copies(config)
    address = f"/projects/banca/evidence/{number}/file"
    with carla.get(address) as whole:
        assert whole.data == SEEN
    with carla.get(address, Range="bytes=5-9") as part:
        assert (part.status_code, part.data) == (206, SEEN[5:10])
    assert visit("charlie").get(address).status_code == 404
    assert not list(config.blob_dir.rglob("*"))


def test_altered_evidence_is_not_served(
    visit: Visit, session: Session, config: Config, bucket: TestBucket
) -> None:
    carla = visit("carla")
    upload(carla, ("seen.txt", SEEN))
    number, _ = kept(session)
    bucket.replace(b"<script>alert(1)</script>")
    forget_copies(config)
    answer = carla.get(f"/projects/banca/evidence/{number}/file")
    assert answer.status_code == 500
    assert "script>alert" not in answer.text
    assert "ya no es el que se subió" in answer.text
    assert_altered_file_is_told(session, f"/projects/banca/evidence/{number}/file")


def test_a_copy_that_was_altered_on_this_machine_is_not_served(
    visit: Visit, session: Session, config: Config, bucket: TestBucket
) -> None:
    carla = visit("carla")
    upload(carla, ("seen.txt", SEEN))
    number, sha256 = kept(session)
    (config.s3_copies_dir / sha256).write_bytes(b"<script>alert(1)</script>")
    with carla.get(f"/projects/banca/evidence/{number}/file") as answer:
        assert answer.data == SEEN
