"""Uploads that cannot be taken: a message the reader understands, and nothing half-written."""

from __future__ import annotations

import errno
import os

import pytest

from checklist_app.blob_store.drafts import LOCK
from checklist_app.config import Config
from tests.web.conftest import Visit
from tests.web.evidence.conftest import ITEM, Left, upload
from tests.web.evidence.files import EXE, HTML, PAYLOAD, picture, too_many_pixels

GOOD = ("good.txt", b"words")
BAD = {
    "empty": ("empty.txt", b"", 422, "vacío"),
    "program": ("setup.exe", EXE, 422, "no se aceptan"),
    "program as picture": ("photo.png", EXE, 422, ""),
    "page as picture": ("photo.png", HTML, 422, "imagen"),
    "words as picture": ("photo.jpg", b"just words", 422, "imagen"),
    "picture cut short": ("photo.png", picture()[:60], 422, "imagen"),
    "only the first bytes of a picture": ("x.png", b"\x89PNG\r\n\x1a\n" + PAYLOAD, 422, "imagen"),
    "too many pixels": ("huge.png", too_many_pixels(), 422, "25 millones"),
    "too many bytes": ("large.txt", b"x" * (1024 * 1024 + 1), 413, "1 MB"),
    "more than a request": ("larger.txt", b"x" * (3 * 1024 * 1024), 413, "servidor"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("fragment", [False, True])
def test_a_file_that_cannot_be_taken_leaves_nothing(
    visit: Visit, left: Left, name: str, fragment: bool
) -> None:
    file_name, data, status, word = BAD[name]
    carla = visit("carla")
    answer = upload(carla, GOOD, (file_name, data), fragment=fragment)
    assert answer.status_code == status
    assert word in answer.text
    assert sum(left().values()) == 0
    assert upload(carla, GOOD).status_code == 303


@pytest.mark.parametrize("fragment", [False, True])
def test_a_project_over_its_quota_is_told_so(visit: Visit, left: Left, fragment: bool) -> None:
    carla = visit("carla")
    half = 600 * 1024
    assert upload(carla, ("a.txt", b"a" * half)).status_code == 303
    before = left()
    answer = upload(carla, ("b.txt", b"b" * half), fragment=fragment)
    assert answer.status_code == 413
    assert "1 MB" in answer.text
    assert left() == before


@pytest.mark.parametrize("place", ["fsync", "replace"])
def test_a_full_disk_is_told_and_leaves_nothing(
    visit: Visit, left: Left, config: Config, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = (
        "checklist_app.blob_store.drafts.os.fsync" if place == "fsync" else "pathlib.Path.replace"
    )
    carla = visit("carla")
    with monkeypatch.context() as patched:
        patched.setattr(target, full)
        answer = upload(carla, GOOD)
    assert answer.status_code == 507
    assert "espacio" in answer.text
    assert sum(left().values()) == 0
    left_here = [path.name for path in config.blob_dir.rglob("*") if path.is_file()]
    assert set(left_here) <= {LOCK}
    assert upload(carla, GOOD).status_code == 303


def test_more_files_than_one_request_may_hold_are_refused(visit: Visit, left: Left) -> None:
    answer = upload(visit("carla"), *[(f"{n}.txt", b"x") for n in range(51)])
    assert answer.status_code == 422
    assert "50" in answer.text
    assert sum(left().values()) == 0


def test_thousands_of_fields_are_refused(visit: Visit, left: Left) -> None:
    carla = visit("carla")
    many = {f"f{n}": "x" for n in range(3000)}
    boundary = "\r\n".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}'
        for name, value in many.items()
    )
    flooded = carla.client.post(
        f"{ITEM}/evidence",
        data=f"{boundary}\r\n--x--\r\n".encode(),
        content_type="multipart/form-data; boundary=x",
    )
    assert flooded.status_code == 413
    assert sum(left().values()) == 0


def test_an_upload_whose_session_has_ended_stores_nothing(visit: Visit, left: Left) -> None:
    carla = visit("carla")
    carla.client.delete_cookie("checklist")
    assert upload(carla, GOOD).status_code == 401
    assert sum(left().values()) == 0
