"""Whoever has a factor can confirm with it that it is still them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from checklist_app.models import CodeGenerator, Event
from checklist_app.services.clock import now
from tests.web.auth.authenticator import set_up_app
from tests.web.auth.soft_key import SoftKey
from tests.web.auth.test_passkeys import add, options
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

LATER = timedelta(minutes=16)
REMOVE = "/account/factors/codes/remove"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=False) as travelling:
        yield travelling


def confirm(visitor: Visitor, **proof: str) -> TestResponse:
    return visitor.post("/confirm", {"target": REMOVE, "packed": "", **proof})


def test_removing_a_factor_asks_for_a_proof_and_a_code_is_one(
    visit: Visit, clock: time_machine.Traveller, session: Session
) -> None:
    alice = visit("alice")
    app, _ = set_up_app(alice)
    clock.shift(LATER)
    asked = alice.post(REMOVE)
    assert asked.status_code == 403
    assert 'name="code"' in asked.text
    assert session.scalars(select(CodeGenerator)).all() != []
    session.rollback()
    assert confirm(alice, code=app.at(now())).status_code == 200
    assert alice.post(REMOVE).status_code == 303
    assert session.scalars(select(CodeGenerator)).all() == []


def test_a_code_that_confirmed_is_used_up_and_a_wrong_one_is_none(
    visit: Visit, clock: time_machine.Traveller, session: Session
) -> None:
    alice = visit("alice")
    app, recovery = set_up_app(alice)
    clock.shift(LATER)
    code = app.at(now())
    assert confirm(alice, code=code).status_code == 200
    assert confirm(alice, code=code).status_code == 422
    assert confirm(alice, code="wrong").status_code == 422
    assert confirm(alice, code=recovery[0]).status_code == 200
    assert confirm(alice, code=recovery[0]).status_code == 422
    refused = session.scalars(select(Event).where(Event.name == "account:session:refuse")).all()
    assert len(refused) == 3


def test_a_passkey_confirms_and_somebody_elses_does_not(
    visit: Visit, clock: time_machine.Traveller
) -> None:
    alice, hers, his = visit("alice"), SoftKey(), SoftKey()
    add(alice, hers)
    add(visit("bob"), his)
    clock.shift(LATER)
    assert alice.get("/account/factors").headers["Location"].startswith("/confirm")
    refused = confirm(alice, credential=his.get(options(alice, "/confirm")))
    assert refused.status_code == 422
    assert confirm(alice, credential=hers.get(options(alice, "/confirm"))).status_code == 200
    assert alice.get("/account/factors").status_code == 200


def test_a_challenge_to_sign_in_confirms_nothing(
    visit: Visit, clock: time_machine.Traveller
) -> None:
    alice, key = visit("alice"), SoftKey()
    add(alice, key)
    clock.shift(LATER)
    asked = options(alice, "/sign-in/passkey")
    assert confirm(alice, credential=key.get(asked)).status_code == 422
