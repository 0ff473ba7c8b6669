"""An object store that does not answer: a clear word for people, and nothing half-written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checklist_app.config import Config
from tests.object_store import TestBucket
from tests.web.conftest import Visit
from tests.web.evidence.conftest import Left, upload

SEEN = b"What we saw, line by line."


@pytest.fixture
def config(config: Config, bucket: TestBucket) -> Config:
    """Settings of a system whose object store nobody is at."""
    return replace(bucket.added_to(config), s3_endpoint="https://127.0.0.1:1")


@pytest.mark.parametrize("fragment", [False, True])
def test_an_upload_says_so_and_leaves_nothing(
    visit: Visit, left: Left, config: Config, *, fragment: bool
) -> None:
    answer = upload(visit("carla"), ("seen.txt", SEEN), fragment=fragment)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "no se leyó ni se guardó nada" in answer.text
    assert "Traceback" not in answer.text
    assert "127.0.0.1:1" not in answer.text
    assert sum(left().values()) == 0
    assert not list(config.s3_copies_dir.iterdir())


def test_the_system_is_not_ready(visit: Visit) -> None:
    answer = visit("nobody").get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["storage"] == "failed"
