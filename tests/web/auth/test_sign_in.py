"""Signing in: one answer for every refusal, a new session for every success."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from checklist_app.models import Event, User, UserSession
from checklist_app.services.clock import now
from checklist_app.services.secret_tokens import token_sha256
from tests.cast import PASSWORD, Cast
from tests.chance import without_chance
from tests.limits import forget_requests
from tests.statements import counted
from tests.web.api.program import Program
from tests.web.conftest import Visit
from tests.web.visitor import Visitor


def try_to(
    visitor: Visitor, email: str = "alice@example.org", password: str = PASSWORD, **more: str
) -> TestResponse:
    return visitor.post("/sign-in", {"email": email, "password": password, **more})


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/").status_code == 200


def test_the_right_password_opens_a_session(visit: Visit) -> None:
    visitor = visit("nobody")
    answer = try_to(visitor)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert is_in(visitor)


def test_nobody_can_tell_which_part_was_wrong(visit: Visit, session: Session, cast: Cast) -> None:
    session.execute(update(User).where(User.id == cast.carla.user_id).values(is_active=False))
    session.execute(update(User).where(User.id == cast.bob.user_id).values(password_hash=None))
    session.commit()
    tries = {
        "alice@example.org": "not her password at all",
        "nobody@example.org": PASSWORD,
        "carla@example.org": PASSWORD,
        "bob@example.org": PASSWORD,
    }
    answers = {}
    for email, password in tries.items():
        visitor = visit("nobody")
        answer = try_to(visitor, email, password)
        answers[email] = (answer.status_code, without_chance(answer.text.replace(email, "EMAIL")))
        assert not is_in(visitor)
        assert password not in answer.text
    assert len(set(answers.values())) == 1
    assert next(iter(answers.values()))[0] == 422


def by_page(app: Flask, email: str, password: str) -> int:
    return try_to(Visitor(app), email, password).status_code


def by_program(app: Flask, email: str, password: str) -> int:
    return Program(app).post("token", {"email": email, "password": password}).status_code


@pytest.mark.parametrize("way", [by_page, by_program])
def test_every_refusal_does_the_same_work(
    app: Flask,
    session: Session,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Flask, str, str], int],
) -> None:
    """The time of an answer tells nobody who has an account: one hash each, the same statements."""
    session.execute(update(User).where(User.id == cast.carla.user_id).values(is_active=False))
    session.execute(update(User).where(User.id == cast.bob.user_id).values(password_hash=None))
    session.commit()
    hashed: list[str] = []
    real = PasswordHasher.verify

    def noted(self: PasswordHasher, stored: str, password: str) -> bool:
        hashed.append(stored)
        return bool(real(self, stored, password))

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    assert way(app, "warm@example.org", PASSWORD) in (401, 422)
    work = {}
    for email, password in (
        ("nobody@example.org", PASSWORD),
        ("alice@example.org", "not her password at all"),
        ("carla@example.org", PASSWORD),
        ("bob@example.org", PASSWORD),
    ):
        forget_requests()
        hashed.clear()
        with counted(app.extensions["checklist_resources"].engine) as seen:
            assert way(app, email, password) in (401, 422)
        work[email] = (len(hashed), tuple(seen))
    assert len(set(work.values())) == 1, work
    assert work["nobody@example.org"][0] == 1


def test_a_refusal_leaves_an_event_and_no_session(visit: Visit, session: Session) -> None:
    try_to(visit("nobody"), password="wrong wrong wrong")
    (event,) = session.scalars(select(Event).where(Event.name == "account:session:refuse"))
    assert event.target == "alice@example.org"
    assert "wrong" not in str(event.details)
    assert session.scalars(select(UserSession)).all() == []


def test_the_address_is_compared_letter_by_letter_but_for_capitals(visit: Visit) -> None:
    assert try_to(visit("nobody"), "  ALICE@Example.ORG ").status_code == 303
    assert try_to(visit("nobody"), "alicé@example.org").status_code == 422


def test_a_session_that_was_planted_before_is_not_adopted(
    visit: Visit, session: Session, cast: Cast
) -> None:
    visitor = visit("charlie")
    with visitor.client.session_transaction() as cookie:
        planted = cookie["_user_id"]
        cookie["left_behind"] = "by somebody else"
    try_to(visitor)
    with visitor.client.session_transaction() as cookie:
        assert cookie["_user_id"] != planted
        assert "left_behind" not in cookie
    rows = session.scalars(select(UserSession.token_sha256)).all()
    assert len(set(rows)) == 2


def test_two_sign_ins_are_two_sessions(visit: Visit, session: Session) -> None:
    first, second = visit("nobody"), visit("nobody")
    try_to(first)
    try_to(second)
    tokens = session.scalars(select(UserSession.token_sha256)).all()
    assert len(set(tokens)) == 2


def test_a_made_up_cookie_is_nobody(visit: Visit) -> None:
    visitor = visit("nobody")
    with visitor.client.session_transaction() as cookie:
        cookie["_user_id"] = "1"
    assert not is_in(visitor)


def test_signing_out_kills_the_cookie_for_good(visit: Visit) -> None:
    visitor = visit("alice")
    kept = visitor.client.get_cookie("checklist")
    assert kept is not None
    assert visitor.post("/sign-out").status_code == 303
    assert not is_in(visitor)
    visitor.client.set_cookie("checklist", kept.value)
    assert not is_in(visitor)


def test_a_revoked_session_is_out_at_once(visit: Visit, session: Session, cast: Cast) -> None:
    here, there = visit("alice"), visit("alice")
    ids = session.scalars(select(UserSession.id).order_by(UserSession.id)).all()
    session.commit()
    assert here.post(f"/account/sessions/{ids[-1]}/revoke").status_code == 303
    assert is_in(here)
    assert not is_in(there)


def test_closing_an_account_ends_its_sessions_at_once(visit: Visit, cast: Cast) -> None:
    bob, ada = visit("bob"), visit("ada")
    assert is_in(bob)
    ada.post(f"/admin/users/{cast.bob.user_id}/deactivate")
    assert not is_in(bob)
    ada.post(f"/admin/users/{cast.bob.user_id}/activate")
    assert not is_in(bob)


def test_an_idle_session_ends_and_one_in_use_ends_with_the_day(visit: Visit) -> None:
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        idle, busy = visit("alice"), visit("bob")
        for _ in range(6):
            clock.shift(100 * 60)
            assert is_in(busy)
        assert not is_in(idle)
        clock.shift(2 * 3600)
        assert not is_in(busy)


def test_only_the_hash_of_a_token_is_stored(visit: Visit, session: Session) -> None:
    visitor = visit("alice")
    with visitor.client.session_transaction() as cookie:
        token = cookie["_user_id"]
    stored = session.scalars(select(UserSession)).one()
    assert token not in str(vars(stored))
    assert stored.token_sha256 == token_sha256(token)
    assert len(token) >= 43
