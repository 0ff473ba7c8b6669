"""Whoever sends a body too slowly is told so, and nothing of it is taken."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask

from tests.cast import Cast
from tests.web.visitor import Visitor


class Dawdling:
    """A body of which a little comes, until the web server no longer waits."""

    def __init__(self, beginning: bytes) -> None:
        self._beginning = io.BytesIO(beginning)

    def read(self, size: int = -1) -> bytes:
        piece = self._beginning.read(size)
        if not piece:
            raise TimeoutError
        return piece

    def as_body(self) -> dict[str, Any]:
        return {"wsgi.input": self, "CONTENT_LENGTH": "5000"}


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        ("application/x-www-form-urlencoded", b"email=alice"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
    ],
)
def test_a_form_that_came_too_slowly_is_told_so(
    app: Flask, cast: Cast, kind: str, beginning: bytes
) -> None:
    answer = Visitor(app, cast.alice).client.post(
        "/verify",
        content_type=kind,
        environ_overrides=Dawdling(beginning).as_body(),
        headers={"Accept-Language": "en"},
    )
    assert answer.status_code == 408
    assert "came too slowly" in answer.text


def test_a_program_is_told_the_same_as_a_problem(app: Flask) -> None:
    answer = app.test_client().post(
        "/api/v1/token",
        content_type="application/json",
        environ_overrides=Dawdling(b"{").as_body(),
        headers={"Accept-Language": "en"},
    )
    assert answer.status_code == 408
    assert answer.mimetype == "application/problem+json"
    assert "came too slowly" in answer.get_json()["detail"]
