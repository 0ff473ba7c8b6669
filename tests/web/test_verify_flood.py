"""The public check is open to everybody, so it may never take the whole house."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask

from checklist_app.web import turns
from checklist_app.web.verify import views
from tests.web.conftest import Visit


def test_while_two_files_are_checked_a_third_waits_outside(visit: Visit, app: Flask) -> None:
    visitor = visit("nobody")
    for _ in range(turns.AT_ONCE):
        assert turns.places.acquire(blocking=False)
    try:
        refused = visitor.post("/verify", {"file": (BytesIO(b"%PDF-1.7"), "a.pdf")})
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert visitor.get("/verify").status_code == 200
    finally:
        for _ in range(turns.AT_ONCE):
            turns.places.release()


def test_a_check_that_breaks_gives_its_place_back(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    visitor = visit("nobody")
    with monkeypatch.context() as patched:
        patched.setattr(views, "check_report", broken)
        for _ in range(turns.AT_ONCE + 1):
            answer = visitor.post("/verify", {"file": (BytesIO(b"%PDF-1.7"), "a.pdf")})
            assert answer.status_code == 500
    assert turns.places.acquire(blocking=False)
    turns.places.release()
