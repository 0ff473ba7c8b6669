"""Guessing passwords is slow; being guessed at locks nobody out."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from checklist_app.services import sessions
from tests.cast import PASSWORD
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

WRONG = "wrong"


def guess(
    visitor: Visitor, address: str, password: str = WRONG, who: str = "alice"
) -> TestResponse:
    return visitor.client.post(
        "/sign-in",
        data={
            "email": f"{who}@example.org",
            "password": password,
            "csrf_token": visitor.form_token(),
        },
        environ_base={"REMOTE_ADDR": address},
    )


def test_the_eleventh_guess_from_one_place_waits_and_says_how_long(visit: Visit) -> None:
    visitor = visit("nobody")
    for _ in range(10):
        assert guess(visitor, "10.0.0.1").status_code == 422
    refused = guess(visitor, "10.0.0.1", PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    assert guess(visitor, "10.0.0.2", PASSWORD).status_code == 303


def test_guesses_at_the_page_and_by_a_program_are_counted_together(
    app: Flask, visit: Visit
) -> None:
    visitor, program = visit("nobody"), app.test_client()

    def by_program(password: str) -> int:
        return program.post(
            "/api/v1/token",
            json={"email": "alice@example.org", "password": password},
            environ_base={"REMOTE_ADDR": "10.0.0.1"},
        ).status_code

    for _ in range(5):
        assert guess(visitor, "10.0.0.1").status_code == 422
        assert by_program(WRONG) == 401
    assert by_program(PASSWORD) == 429
    assert guess(visitor, "10.0.0.1", PASSWORD).status_code == 429
    assert guess(visitor, "10.0.0.2", PASSWORD).status_code == 303


def test_capitals_and_blanks_do_not_make_another_account_to_guess(visit: Visit) -> None:
    visitor = visit("nobody")
    for spelling in ("alice", " alice", "ALICE", "Alice") * 3:
        answer = guess(visitor, "10.0.0.1", who=spelling)
    assert answer.status_code == 429


def test_one_place_cannot_go_through_many_accounts(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit("nobody")
    with monkeypatch.context() as quick:
        quick.setattr(sessions, "password_matches", lambda *_: False)
        answers = [guess(visitor, "10.0.0.1", who=f"x{n}").status_code for n in range(61)]
    assert answers == [422] * 60 + [429]
    assert guess(visitor, "10.0.0.2", PASSWORD).status_code == 303


def test_a_flood_of_guesses_locks_nobody_out_of_their_usual_place(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit("nobody")
    assert guess(visit("nobody"), "192.0.2.7", PASSWORD).status_code == 303
    with monkeypatch.context() as quick:
        quick.setattr(sessions, "password_matches", lambda *_: False)
        answers = [guess(visitor, f"10.0.{n // 5}.1").status_code for n in range(201)]
    assert answers == [422] * 200 + [429]
    elsewhere = guess(visit("nobody"), "10.0.99.1", PASSWORD)
    assert (elsewhere.status_code, "Retry-After" in elsewhere.headers) == (429, True)
    assert guess(visit("nobody"), "192.0.2.7", PASSWORD).status_code == 303


def test_signing_in_rightly_is_not_counted(visit: Visit) -> None:
    for _ in range(12):
        assert guess(visit("nobody"), "10.0.0.1", PASSWORD).status_code == 303


def test_the_page_to_wait_on_is_told_in_the_readers_language(app: Flask, visit: Visit) -> None:
    visitor = visit("nobody")
    visitor.post("/language", {"language": "es"})
    for _ in range(11):
        answer = guess(visitor, "10.0.0.1")
    assert "Demasiados intentos" in answer.text
