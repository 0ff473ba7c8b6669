"""The public check is open to everybody, so it may never take the whole house."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.alerts import SecurityKind
from checklist_app.models import SecurityEvent
from checklist_app.web import public_check, turns
from checklist_app.web.api.files import FIELD
from tests.web.conftest import Visit
from tests.web.visitor import Visitor


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
        patched.setattr(public_check, "check_report", broken)
        for _ in range(turns.AT_ONCE + 1):
            answer = visitor.post("/verify", {"file": (BytesIO(b"%PDF-1.7"), "a.pdf")})
            assert answer.status_code == 500
    assert turns.places.acquire(blocking=False)
    turns.places.release()


def altered() -> tuple[BytesIO, str]:
    return BytesIO(b"%PDF-1.7 nothing that was ever signed"), "a.pdf"


def by_page(visitor: Visitor) -> int:
    return visitor.post("/verify", {"file": altered()}).status_code


def by_operation(visitor: Visitor) -> int:
    return visitor.client.post("/api/v1/verify", data={FIELD: altered()}).status_code


@pytest.mark.parametrize("send", [by_page, by_operation])
def test_a_report_that_is_not_as_it_was_signed_is_noted_whichever_way_it_comes(
    visit: Visit, session: Session, send: Callable[[Visitor], int]
) -> None:
    assert send(visit("nobody")) == 200

    kinds = session.scalars(select(SecurityEvent.kind)).all()
    assert kinds == [SecurityKind.TAMPERING]
