"""Codes from an app: adding one, and the second step of signing in."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Barrier, Thread

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import CodeGenerator, Event, PendingProof, RecoveryCode, UserSession
from checklist_app.services.clock import now
from checklist_app.services.pending import LIFETIME
from tests.cast import Cast
from tests.web.auth.authenticator import (
    STEP,
    first_step,
    is_in,
    second_step,
    set_up_app,
    shown_codes,
    shown_secret,
)
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

LATER = timedelta(seconds=90)


def names(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Event.name).order_by(Event.id)))


def test_a_password_alone_opens_nothing_once_there_is_an_app(visit: Visit) -> None:
    app, _ = set_up_app(visit("alice"))
    visitor = visit("nobody")
    answer = first_step(visitor)
    assert (answer.status_code, answer.headers["Location"]) == (303, STEP)
    assert not is_in(visitor)
    assert visitor.get("/account").status_code == 303
    assert second_step(visitor, app.at(now() + timedelta(seconds=30))).status_code == 303
    assert is_in(visitor)


def test_the_page_that_was_asked_for_opens_after_the_second_step(visit: Visit) -> None:
    app, _ = set_up_app(visit("alice"))
    visitor = visit("nobody")
    first_step(visitor, next="/account")
    answer = second_step(visitor, app.at(now() + timedelta(seconds=30)))
    assert answer.headers["Location"] == "/account"


def test_the_session_after_the_second_step_is_a_new_one(visit: Visit) -> None:
    app, _ = set_up_app(visit("alice"))
    visitor = visit("nobody")
    first_step(visitor)
    with visitor.client.session_transaction() as cookie:
        before = dict(cookie)
    second_step(visitor, app.at(now() + timedelta(seconds=30)))
    with visitor.client.session_transaction() as cookie:
        assert "_user_id" not in before
        assert "pending" not in cookie
        assert cookie["_user_id"] != before["pending"]


@pytest.mark.parametrize(
    ("early", "accepted"), [(-60, False), (-30, True), (30, True), (60, False)]
)
def test_a_clock_may_be_one_step_off_and_no_more(visit: Visit, early: int, accepted: bool) -> None:
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        app, _ = set_up_app(visit("alice"))
        clock.shift(300)
        visitor = visit("nobody")
        first_step(visitor)
        second_step(visitor, app.at(now() + timedelta(seconds=early)))
        assert is_in(visitor) is accepted


def test_a_code_that_was_used_is_refused_even_while_it_is_still_shown(visit: Visit) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        app, _ = set_up_app(visit("alice"))
        clock.shift(LATER)
        code = app.at(now())
        first, second = visit("nobody"), visit("nobody")
        first_step(first)
        first_step(second)
        assert second_step(first, code).status_code == 303
        assert second_step(second, code).status_code == 422
        assert is_in(first)
        assert not is_in(second)


def test_the_code_that_confirmed_the_app_opens_nothing(visit: Visit) -> None:
    with time_machine.travel(now(), tick=False):
        app, _ = set_up_app(visit("alice"))
        visitor = visit("nobody")
        first_step(visitor)
        assert second_step(visitor, app.at(now())).status_code == 422


def test_an_older_code_does_not_work_after_a_newer_one(visit: Visit) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        app, _ = set_up_app(visit("alice"))
        clock.shift(LATER)
        first, second = visit("nobody"), visit("nobody")
        first_step(first)
        first_step(second)
        assert second_step(first, app.at(now() + timedelta(seconds=30))).status_code == 303
        assert second_step(second, app.at(now())).status_code == 422


@pytest.mark.parametrize("kind", ["code", "recovery"])
def test_of_many_that_send_one_code_at_once_one_gets_in(
    app: Flask, visit: Visit, kind: str
) -> None:
    generator, recovery = set_up_app(visit("alice"))
    code = generator.at(now() + timedelta(seconds=30)) if kind == "code" else recovery[0]
    visitors = [visit("nobody") for _ in range(6)]
    for visitor in visitors:
        first_step(visitor)
    together = Barrier(len(visitors))
    answers: list[int] = []

    def send(visitor: Visitor) -> None:
        token = visitor.form_token()
        together.wait()
        form = {"code": code, "csrf_token": token}
        answers.append(visitor.client.post(STEP, data=form).status_code)

    threads = [Thread(target=send, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, *[422] * 5]


def test_five_wrong_codes_end_the_step_and_the_right_one_comes_too_late(visit: Visit) -> None:
    app, _ = set_up_app(visit("alice"))
    visitor = visit("nobody")
    first_step(visitor)
    right = app.at(now() + timedelta(seconds=30))
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert second_step(visitor, wrong).status_code == 422
    assert second_step(visitor, right).status_code == 422
    assert not is_in(visitor)


def test_a_stolen_password_is_good_for_few_guesses_however_often_the_step_begins(
    visit: Visit,
) -> None:
    set_up_app(visit("alice"))
    answers = []
    for _ in range(5):
        visitor = visit("nobody")
        first_step(visitor)
        answers += [second_step(visitor, "000000").status_code for _ in range(5)]
    assert answers[:20].count(422) == 20
    assert set(answers[20:]) == {429}


def test_the_step_ends_after_ten_minutes(visit: Visit) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        app, _ = set_up_app(visit("alice"))
        visitor = visit("nobody")
        first_step(visitor)
        clock.shift(LIFETIME)
        assert second_step(visitor, app.at(now())).status_code == 422
        assert visitor.get(STEP).headers["Location"] == "/sign-in"


def test_a_step_serves_once(visit: Visit) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        app, _ = set_up_app(visit("alice"))
        clock.shift(LATER)
        visitor = visit("nobody")
        first_step(visitor)
        kept = visitor.client.get_cookie("checklist")
        assert kept is not None
        second_step(visitor, app.at(now()))
        clock.shift(LATER)
        visitor.client.set_cookie("checklist", kept.value)
        assert second_step(visitor, app.at(now())).status_code == 422


def test_closing_the_account_between_the_steps_stops_the_second(visit: Visit, cast: Cast) -> None:
    app, _ = set_up_app(visit("bob"))
    visitor = visit("nobody")
    first_step(visitor, "bob")
    visit("ada").post(f"/admin/users/{cast.bob.user_id}/deactivate")
    assert second_step(visitor, app.at(now() + timedelta(seconds=30))).status_code == 422


def test_the_secret_is_stored_sealed_and_bound_to_its_owner(
    visit: Visit, session: Session, cast: Cast
) -> None:
    app, recovery = set_up_app(visit("alice"))
    bob_app, _ = set_up_app(visit("bob"))
    rows = {row.user_id: row for row in session.scalars(select(CodeGenerator))}
    assert app.secret not in rows[cast.alice.user_id].sealed_secret
    assert not {*recovery} & {row.code_sha256 for row in session.scalars(select(RecoveryCode))}
    # Moved to another account by somebody with the database, the secret opens nothing there.
    rows[cast.alice.user_id].sealed_secret = rows[cast.bob.user_id].sealed_secret
    session.commit()
    visitor = visit("nobody")
    first_step(visitor)
    code = bob_app.at(now() + timedelta(seconds=30))
    assert second_step(visitor, code).status_code == 422


def test_each_recovery_code_works_once_however_it_is_typed(visit: Visit, session: Session) -> None:
    _, recovery = set_up_app(visit("alice"))
    assert len({*recovery}) == 10
    assert {len(code.replace("-", "")) for code in recovery} == {26}  # 128 bits, five a letter
    for typed in (recovery[0], recovery[1].upper().replace("-", " ")):
        visitor = visit("nobody")
        first_step(visitor)
        assert second_step(visitor, typed).status_code == 303
        assert is_in(visitor)
    visitor = visit("nobody")
    first_step(visitor)
    assert second_step(visitor, recovery[0]).status_code == 422
    used = session.scalars(select(Event).where(Event.name == "account:recovery:use")).all()
    assert [event.details["left"] for event in used] == [9, 8]


def test_the_event_of_a_session_tells_by_what_it_was_opened(visit: Visit, session: Session) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        app, recovery = set_up_app(visit("alice"))
        for code in ("of the app", recovery[0]):
            clock.shift(300)
            visitor = visit("nobody")
            first_step(visitor)
            second_step(visitor, app.at(now()) if code == "of the app" else code)
        first_step(visit("nobody"), "bob")
    opened = session.scalars(select(Event).where(Event.name == "account:session:open"))
    told = [(event.target, event.details["by"]) for event in opened.all()[-3:]]
    assert told == [
        ("alice@example.org", "password, code"),
        ("alice@example.org", "password, recovery code"),
        ("bob@example.org", "password"),
    ]


def test_somebody_elses_recovery_code_opens_nothing(visit: Visit) -> None:
    set_up_app(visit("alice"))
    _, of_bob = set_up_app(visit("bob"))
    visitor = visit("nobody")
    first_step(visitor)
    assert second_step(visitor, of_bob[0]).status_code == 422


def test_new_recovery_codes_void_the_ones_before(visit: Visit) -> None:
    alice = visit("alice")
    _, before = set_up_app(alice)
    after = shown_codes(alice.post("/account/factors/recovery"))
    assert len(after) == 10
    visitor = visit("nobody")
    first_step(visitor)
    assert second_step(visitor, before[0]).status_code == 422
    assert second_step(visitor, after[0]).status_code == 303


def test_a_wrong_first_code_adds_nothing(visit: Visit, session: Session) -> None:
    alice = visit("alice")
    alice.post("/account/factors/codes/begin")
    answer = alice.post("/account/factors/codes", {"code": "12345x"})
    assert answer.status_code == 422
    assert shown_secret(answer) == shown_secret(alice.get("/account/factors/codes"))
    assert session.scalars(select(CodeGenerator)).all() == []


def test_the_picture_and_the_text_hold_the_same_secret_without_inline_style(visit: Visit) -> None:
    alice = visit("alice")
    alice.post("/account/factors/codes/begin")
    page = alice.get("/account/factors/codes")
    secret = shown_secret(page)
    assert len(pyotp.TOTP(secret).byte_secret()) == 20
    assert f"secret={secret}" in page.text
    assert 'src="data:image/svg+xml' in page.text
    assert " style=" not in page.text


def test_adding_and_removing_a_factor_ends_the_other_sessions_and_leaves_events(
    visit: Visit, session: Session
) -> None:
    here, there = visit("alice"), visit("alice")
    set_up_app(here)
    assert is_in(here)
    assert not is_in(there)
    again = visit("alice")
    assert here.post("/account/factors/codes/remove").status_code == 303
    assert not is_in(again)
    assert {"account:factor:add", "account:factor:remove"} <= set(names(session))
    assert session.scalars(select(RecoveryCode)).all() == []
    session.rollback()
    visitor = visit("nobody")
    first_step(visitor)
    assert is_in(visitor)


def test_a_refused_code_leaves_an_event_without_the_code(visit: Visit, session: Session) -> None:
    set_up_app(visit("alice"))
    visitor = visit("nobody")
    first_step(visitor)
    second_step(visitor, "483 920")
    (event,) = session.scalars(select(Event).where(Event.name == "account:factor:refuse"))
    assert event.target == "alice@example.org"
    assert not re.search(r"483\s*920", str(event.details))


def test_between_the_steps_there_is_no_session_row(visit: Visit, session: Session) -> None:
    alice = visit("alice")
    set_up_app(alice)
    alice.post("/sign-out")
    visitor = visit("nobody")
    first_step(visitor)
    open_ones = session.scalars(select(UserSession).where(UserSession.revoked_at.is_(None))).all()
    assert open_ones == []
    assert session.scalars(select(PendingProof.tries)).all() == [0]
