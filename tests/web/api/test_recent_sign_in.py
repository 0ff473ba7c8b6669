"""What gives power needs a sign-in that is recent, from programs as from browsers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from checklist_app.config import Config
from checklist_app.models import Membership, Project, TokenFamily
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from checklist_app.services.signed_tokens import read_token
from tests.cast import PASSWORD, Cast
from tests.web.api.program import Program, claims_of, tokens_of

ALICE = {"email": "alice@example.org", "password": PASSWORD}
BANCA = "projects/banca"
HOOK = {"url": "https://hooks.example.org/", "events": ["verdict"]}


@pytest.fixture
def stolen(app: Flask, cast: Cast, resources: Resources, config: Config) -> Program:
    """A program with Alice's token, refreshed over and over since a sign-in of long ago."""
    first = tokens_of(app, cast.alice)
    with resources.sessions.begin() as session:
        family = session.query(TokenFamily).one()
        family.created_at = now() - timedelta(minutes=config.recent_auth_minutes, seconds=1)
    answer = Program(app).post("token/refresh", {"refresh_token": first.refresh_token})
    assert answer.json is not None
    return Program(app, answer.json["access_token"])


def to_owner(program: Program, cast: Cast) -> TestResponse:
    address = f"{BANCA}/members/{cast.vera.user_id}/role"
    return program.send("PUT", address, {"role": "owner"}, headers={"If-Match": "*"})


def test_a_stolen_token_changes_no_role(
    stolen: Program, cast: Cast, session: Session, config: Config
) -> None:
    answer = to_owner(stolen, cast)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["type"].endswith("#problem-step_up_required")
    seconds = config.recent_auth_minutes * 60
    assert answer.json["max_age"] == seconds
    told = answer.headers["WWW-Authenticate"]
    assert told == f'Bearer error="insufficient_user_authentication", max_age="{seconds}"'
    role = session.query(Membership.role).filter_by(user_id=cast.vera.user_id).scalar()
    assert role == "viewer"
    assert stolen.get(f"{BANCA}/members").status_code == 200


def test_the_header_tells_what_helps(app: Flask, stolen: Program, cast: Cast) -> None:
    """A program that refreshes at each 401 would go round in circles if they looked alike."""
    nobody, stranger = Program(app), Program(app, stolen.token[:-4] + "AAAA")
    told = [to_owner(one, cast).headers["WWW-Authenticate"] for one in (nobody, stranger, stolen)]
    assert [one.partition(",")[0] for one in told] == [
        "Bearer",
        'Bearer error="invalid_token"',
        'Bearer error="insufficient_user_authentication"',
    ]


def test_a_new_sign_in_opens_the_way_again(app: Flask, stolen: Program, cast: Cast) -> None:
    answer = Program(app).post("token", ALICE)
    assert answer.json is not None
    assert to_owner(Program(app, answer.json["access_token"]), cast).status_code == 200
    assert to_owner(stolen, cast).status_code == 401


def test_refreshing_keeps_the_time_of_the_sign_in(
    app: Flask, cast: Cast, config: Config, session: Session
) -> None:
    first = tokens_of(app, cast.alice)
    family = session.query(TokenFamily).one()
    family.created_at -= timedelta(minutes=5)
    session.commit()
    answer = Program(app).post("token/refresh", {"refresh_token": first.refresh_token})
    assert answer.json is not None
    assert signed_in_at(answer.json["access_token"]) == int(family.created_at.timestamp())
    assert signed_in_at(first.access_token) - 300 == int(family.created_at.timestamp())
    assert read_token(config, answer.json["access_token"]) is not None


def signed_in_at(token: str) -> int:
    return int(claims_of(token)["auth_time"])


ACTS: dict[str, Callable[[Program, Cast], TestResponse]] = {
    "add a member": lambda program, _: program.post(
        f"{BANCA}/members", {"email": "zoe@example.org", "role": "owner"}
    ),
    "take a member out": lambda program, cast: program.send(
        "DELETE", f"{BANCA}/members/{cast.bob.user_id}", headers={"If-Match": "*"}
    ),
    "add a webhook": lambda program, _: program.post(f"{BANCA}/webhooks", HOOK),
    "delete a webhook": lambda program, _: program.send(
        "DELETE", f"{BANCA}/webhooks/1", headers={"If-Match": "*"}
    ),
    "sign off": lambda program, _: program.post(
        f"{BANCA}/checklists/1/sign-off", {"statement": "x"}, If_Match="*"
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_is_sensitive_asks_for_it(
    stolen: Program, cast: Cast, act: Callable[[Program, Cast], TestResponse]
) -> None:
    answer = act(stolen, cast)
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["type"].endswith("#problem-step_up_required")


def test_only_who_stops_asking_for_a_second_person_is_asked(
    stolen: Program, cast: Cast, session: Session
) -> None:
    def change(**fields: object) -> TestResponse:
        return stolen.send("PATCH", BANCA, fields, headers={"If-Match": "*"})

    assert change(four_eyes=True, name="Banco").status_code == 200
    refused = change(four_eyes=False, name="Nada")
    assert refused.status_code == 401
    assert refused.json is not None
    assert refused.json["type"].endswith("#problem-step_up_required")
    project = session.get_one(Project, cast.project.id, populate_existing=True)
    assert (project.four_eyes, project.name) == (True, "Banco")
    session.rollback()
    assert change(name="Banca").status_code == 200


def test_who_may_not_do_it_is_told_that_first(app: Flask, cast: Cast, resources: Resources) -> None:
    token = tokens_of(app, cast.vera).access_token
    with resources.sessions.begin() as session:
        session.query(TokenFamily).one().created_at = now() - timedelta(days=1)
    answer = to_owner(Program(app, token), cast)
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["type"].endswith("#problem-403")
