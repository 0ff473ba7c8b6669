"""People sign in from programs: a password for tokens, tokens for the next, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import FactorPolicy
from checklist_app.models import Event
from checklist_app.services.accounts import set_active
from checklist_app.services.clock import now
from checklist_app.services.factor_policy import set_policy
from checklist_app.services.resources import Resources
from tests.cast import PASSWORD, Cast
from tests.web.api.conftest import AsProgram
from tests.web.api.program import Program, tokens_of
from tests.web.auth.authenticator import set_up_app
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

ALICE = {"email": "alice@example.org", "password": PASSWORD}


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


def test_whoever_needs_a_second_factor_and_has_none_gets_no_token(
    program: AsProgram, visit: Visit, resources: Resources, cast: Cast
) -> None:
    with resources.sessions.begin() as session:
        set_policy(session, cast.ada, FactorPolicy.EVERYBODY)
    answer = program("nobody").post("token", ALICE)
    assert answer.status_code == 401
    assert answer.json is not None
    assert "segundo factor" in answer.json["detail"]
