"""People sign in from programs: a password for tokens, tokens for the next, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.scopes import Scope
from checklist_app.domain.vocabulary import FactorPolicy
from checklist_app.models import Event, SecurityEvent
from checklist_app.services import sessions
from checklist_app.services.accounts import set_active
from checklist_app.services.clock import now
from checklist_app.services.factor_policy import set_policy
from checklist_app.services.resources import Resources
from tests.cast import PASSWORD, Cast
from tests.web.api.conftest import AsProgram
from tests.web.api.program import Program, tokens_of
from tests.web.auth.authenticator import first_step, second_step, set_up_app
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

ALICE = {"email": "alice@example.org", "password": PASSWORD}


def sign_in_from(app: Flask, address: str, **more: str) -> TestResponse:
    """Sign in rightly but for what is said, from an address of the network."""
    return app.test_client(use_cookies=False).post(
        "/api/v1/token", json=ALICE | more, environ_base={"REMOTE_ADDR": address}
    )


def works(app: Flask, token: str) -> bool:
    answer = Program(app, token).get("projects/banca/scans")
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def test_a_password_buys_a_token_that_works(program: AsProgram, app: Flask) -> None:
    answer = program("nobody").post("token", ALICE)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 600
    assert works(app, answer.json["access_token"])


@pytest.mark.parametrize(
    "wrong",
    [{"password": "wrong"}, {"email": "nobody@example.org"}, {"email": "no address"}],
)
def test_whatever_was_wrong_the_answer_is_the_same(
    program: AsProgram, wrong: dict[str, str]
) -> None:
    answer = program("nobody").post("token", ALICE | wrong)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["detail"] == "El correo electrónico o la contraseña no son correctos."


def test_a_refused_sign_in_leaves_an_event(program: AsProgram, session: Session) -> None:
    program("nobody").post("token", ALICE | {"password": "wrong"})
    event = session.query(Event).filter_by(name="account:session:refuse").one()
    assert event.target == "alice@example.org"


def test_too_many_wrong_passwords_are_stopped(program: AsProgram) -> None:
    statuses = [
        program("nobody").post("token", ALICE | {"password": f"wrong {number}"}).status_code
        for number in range(11)
    ]
    assert statuses == [*[401] * 10, 429]


def test_a_refresh_token_buys_the_next_pair_once(app: Flask, cast: Cast, session: Session) -> None:
    first = tokens_of(app, cast.alice)
    nobody = Program(app)
    second = nobody.post("token/refresh", {"refresh_token": first.refresh_token})
    assert second.status_code == 200
    assert second.json is not None
    assert works(app, second.json["access_token"])
    again = nobody.post("token/refresh", {"refresh_token": first.refresh_token})
    assert again.status_code == 401
    assert not works(app, second.json["access_token"])
    assert not works(app, first.access_token)
    third = nobody.post("token/refresh", {"refresh_token": second.json["refresh_token"]})
    assert third.status_code == 401
    event = session.query(Event).filter_by(name="account:token:reuse").one()
    assert event.actor_id == cast.alice.user_id


def test_a_revoked_token_is_dead_at_its_next_request(app: Flask, cast: Cast) -> None:
    tokens = tokens_of(app, cast.alice)
    answer = Program(app, tokens.access_token).post("token/revoke", {"token": tokens.access_token})
    assert answer.status_code == 204
    assert not works(app, tokens.access_token)


def test_revoking_a_refresh_token_ends_what_came_from_it(app: Flask, cast: Cast) -> None:
    tokens, other = tokens_of(app, cast.alice), tokens_of(app, cast.alice)
    answer = Program(app, other.access_token).post("token/revoke", {"token": tokens.refresh_token})
    assert answer.status_code == 204
    assert not works(app, tokens.access_token)
    assert works(app, other.access_token)


def test_a_program_with_little_reach_signs_itself_out(app: Flask, cast: Cast) -> None:
    tokens = tokens_of(app, cast.alice, Scope.SCAN_WRITE)
    program = Program(app, tokens.access_token)
    assert program.get("account").status_code == 403
    assert program.post("token/revoke", {"token": tokens.refresh_token}).status_code == 204
    assert program.post("token/revoke", {"token": tokens.access_token}).status_code == 401


def test_nobody_revokes_the_token_of_somebody_else(app: Flask, cast: Cast) -> None:
    alices, bobs = tokens_of(app, cast.alice), tokens_of(app, cast.bob)
    for token in (alices.access_token, alices.refresh_token):
        answer = Program(app, bobs.access_token).post("token/revoke", {"token": token})
        assert answer.status_code == 404
    assert works(app, alices.access_token)


def test_tokens_die_with_the_account(app: Flask, cast: Cast, resources: Resources) -> None:
    tokens = tokens_of(app, cast.bob)
    with resources.sessions.begin() as session:
        set_active(session, cast.ada, cast.bob.user_id, active=False)
    assert not works(app, tokens.access_token)
    answer = Program(app).post("token/refresh", {"refresh_token": tokens.refresh_token})
    assert answer.status_code == 401
    with resources.sessions.begin() as session:
        set_active(session, cast.ada, cast.bob.user_id, active=True)
    assert not works(app, tokens.access_token)


def test_a_cookie_opens_no_operation(app: Flask, cast: Cast) -> None:
    answer = Visitor(app, cast.alice).get("/api/v1/projects/banca/scans")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_opens_no_page(app: Flask, cast: Cast) -> None:
    token = tokens_of(app, cast.alice).access_token
    assert Program(app, token).get("/projects/banca").status_code == 303


@pytest.mark.parametrize("name", ["access_token", "token", "Refresh_Token", "api_key"])
def test_a_token_in_the_address_is_refused(app: Flask, cast: Cast, name: str) -> None:
    token = tokens_of(app, cast.alice).access_token
    for program in (Program(app), Program(app, token)):
        answer = program.get(f"projects/banca/scans?{name}={token}")
        assert answer.status_code == 401
        assert token not in answer.text


def test_whoever_has_a_second_factor_shows_it_here_too(program: AsProgram, visit: Visit) -> None:
    codes, on_paper = set_up_app(visit("alice"))
    nobody = program("nobody")
    assert nobody.post("token", ALICE).status_code == 401
    assert nobody.post("token", ALICE | {"code": "000000"}).status_code == 401
    code = codes.at(now() + timedelta(seconds=30))
    assert nobody.post("token", ALICE | {"code": code}).status_code == 200
    assert nobody.post("token", ALICE | {"code": code}).status_code == 401
    assert nobody.post("token", ALICE | {"code": on_paper[0]}).status_code == 200
    assert nobody.post("token", ALICE | {"code": on_paper[0]}).status_code == 401


def test_wrong_codes_count_with_those_of_the_page_and_stop_it_too(
    app: Flask, program: AsProgram, visit: Visit, session: Session
) -> None:
    codes, _ = set_up_app(visit("alice"))
    page = visit("nobody")
    first_step(page)
    found = [second_step(page, "000000").status_code for _ in range(5)]
    assert found == [422] * 5
    found = [sign_in_from(app, f"10.0.{n // 8}.1", code="000000").status_code for n in range(40)]
    assert found == [401] * 15 + [429] * 25
    right = codes.at(now() + timedelta(seconds=30))
    stopped = sign_in_from(app, "10.0.9.1", code=right)
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["Retry-After"]) <= 60 * 60
    page = visit("nobody")
    first_step(page)
    assert second_step(page, right).status_code == 429
    names = [event.name for event in session.query(Event).filter(Event.name.like("%:refuse"))]
    assert names == ["account:factor:refuse"] * 20
    assert session.query(SecurityEvent).filter_by(kind=SecurityKind.FACTOR_REFUSED).count() == 20


def test_right_codes_and_none_at_all_are_no_guesses(
    app: Flask, program: AsProgram, visit: Visit
) -> None:
    _, on_paper = set_up_app(visit("alice"))
    for n in range(21):
        answer = sign_in_from(app, f"10.0.{n // 8}.1")
        assert answer.status_code == 401
        assert "segundo factor" in (answer.json or {})["detail"]
    for code in on_paper:
        assert sign_in_from(app, "10.0.9.1", code=code).status_code == 200


def test_a_flood_of_guesses_locks_nobody_out_of_their_usual_place(
    app: Flask, program: AsProgram, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_in_from(app, "192.0.2.7").status_code == 200
    browser = {"REMOTE_ADDR": "192.0.2.8"}
    visitor = visit("nobody")
    form = {"email": ALICE["email"], "password": PASSWORD, "csrf_token": visitor.form_token()}
    assert visitor.client.post("/sign-in", data=form, environ_base=browser).status_code == 303
    with monkeypatch.context() as quick:
        quick.setattr(sessions, "password_matches", lambda *_: False)
        found = [sign_in_from(app, f"10.0.{n // 5}.1").status_code for n in range(201)]
    assert found == [401] * 200 + [429]
    assert sign_in_from(app, "10.0.99.1").status_code == 429
    assert sign_in_from(app, "192.0.2.7").status_code == 200, "where a program signed in"
    assert sign_in_from(app, "192.0.2.8").status_code == 200, "where a browser did"


@pytest.mark.parametrize(
    "body",
    [
        r'{"email": "\ud800", "password": "x"}',
        r'{"email": 7}',
        r'{"email": "a", "email": "b"}',
        "[",
        f'{{"email": "{"a" * 9000}"}}',
    ],
)
def test_a_body_that_names_no_account_is_refused_each_time(app: Flask, body: str) -> None:
    answers = [
        app.test_client().post("/api/v1/token", data=body, content_type="application/json")
        for _ in range(12)
    ]
    assert {answer.status_code for answer in answers} <= {400, 413, 422}


def test_whoever_needs_a_second_factor_and_has_none_gets_no_token(
    program: AsProgram, visit: Visit, resources: Resources, cast: Cast
) -> None:
    with resources.sessions.begin() as session:
        set_policy(session, cast.ada, FactorPolicy.EVERYBODY)
    answer = program("nobody").post("token", ALICE)
    assert answer.status_code == 401
    assert answer.json is not None
    assert "segundo factor" in answer.json["detail"]
