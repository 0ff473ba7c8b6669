"""Passkeys: signing in without a password, as the second step, and everything that is no proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from checklist_app.models import Event, Passkey
from checklist_app.services.clock import now
from checklist_app.services.pending import LIFETIME
from tests.cast import Cast
from tests.web.auth.authenticator import STEP, first_step, is_in, shown_codes
from tests.web.auth.soft_key import PRESENT, SoftKey, is_same_challenge
from tests.web.conftest import Visit
from tests.web.visitor import Visitor


def options(visitor: Visitor, path: str) -> dict[str, Any]:
    answer = visitor.post(f"{path}/options")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def add(visitor: Visitor, key: SoftKey, name: str = "my laptop") -> TestResponse:
    asked = options(visitor, "/account/passkeys")
    return visitor.post("/account/passkeys", {"credential": key.create(asked), "name": name})


def sign_in(visitor: Visitor, key: SoftKey, **more: str) -> TestResponse:
    asked = options(visitor, "/sign-in/passkey")
    return visitor.post("/sign-in/passkey", {"credential": key.get(asked), **more})


def test_a_passkey_signs_in_without_a_password(visit: Visit, session: Session) -> None:
    key = SoftKey()
    assert len(shown_codes(add(visit("alice"), key))) == 10
    visitor = visit("nobody")
    answer = sign_in(visitor, key, next="/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert is_in(visitor)
    row = session.scalars(select(Passkey)).one()
    assert (row.name, row.sign_count) == ("my laptop", 1)
    assert row.last_used_at is not None


def test_what_is_asked_for_names_our_host_and_wants_the_owner_verified(visit: Visit) -> None:
    alice = visit("alice")
    asked = options(alice, "/account/passkeys")
    assert asked["rp"]["id"] == "localhost"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert "alice" not in asked["user"]["id"]
    asked = options(visit("nobody"), "/sign-in/passkey")
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    assert asked["allowCredentials"] == []


def test_a_foreign_host_header_changes_nothing_of_it(visit: Visit) -> None:
    visitor = visit("nobody")
    asked = visitor.post("/sign-in/passkey/options", host="evil.example").get_json()
    assert asked is None or asked["rpId"] == "localhost"


def test_after_the_password_it_is_the_second_step(visit: Visit) -> None:
    key = SoftKey()
    add(visit("alice"), key)
    visitor = visit("nobody")
    assert first_step(visitor).headers["Location"] == STEP
    asked = options(visitor, STEP)
    assert [one["id"] for one in asked["allowCredentials"]]
    assert visitor.post(STEP, {"credential": key.get(asked)}).status_code == 303
    assert is_in(visitor)


def test_somebody_elses_passkey_is_no_second_step(visit: Visit) -> None:
    hers, his = SoftKey(), SoftKey()
    add(visit("alice"), hers)
    add(visit("bob"), his)
    visitor = visit("nobody")
    first_step(visitor, "alice")
    answer = visitor.post(STEP, {"credential": his.get(options(visitor, STEP))})
    assert answer.status_code == 422
    assert not is_in(visitor)


LIES: dict[str, Callable[[SoftKey], object]] = {
    "another origin": lambda key: setattr(key, "origin", "https://evil.example"),
    "a port of its own": lambda key: setattr(key, "origin", "http://localhost:81"),
    "another host": lambda key: setattr(key, "host", "evil.example"),
    "nobody verified": lambda key: setattr(key, "flags", PRESENT),
    "nobody there": lambda key: setattr(key, "flags", 0),
    "a count that stands still": lambda key: setattr(key, "count", key.count - 1),
    "a count that goes back": lambda key: setattr(key, "count", 1),
    "another person": lambda key: setattr(key, "handle", "AAAA"),
    "another key": lambda key: setattr(key, "key", SoftKey().key),
    "an unknown credential": lambda key: setattr(key, "credential_id", b"x" * 32),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_a_device_says_wrong_is_refused_with_an_event(
    visit: Visit, session: Session, lie: str
) -> None:
    key = SoftKey(count=5)
    add(visit("alice"), key)
    sign_in(visit("nobody"), key)
    LIES[lie](key)
    visitor = visit("nobody")
    assert sign_in(visitor, key).status_code == 422
    assert not is_in(visitor)
    (event,) = session.scalars(select(Event).where(Event.name == "account:factor:refuse"))
    assert event.details["by"] == "passkey"


def test_a_device_that_counts_nothing_works_again_and_again(visit: Visit) -> None:
    key = SoftKey(counts=False)
    add(visit("alice"), key)
    for _ in range(2):
        assert sign_in(visit("nobody"), key).status_code == 303


def test_an_answer_serves_once_and_for_its_own_challenge(visit: Visit) -> None:
    key = SoftKey(counts=False)
    add(visit("alice"), key)
    visitor = visit("nobody")
    first = options(visitor, "/sign-in/passkey")
    second = options(visitor, "/sign-in/passkey")
    assert not is_same_challenge(first, second)
    assert visitor.post("/sign-in/passkey", {"credential": key.get(first)}).status_code == 422
    answer = key.get(options(visitor, "/sign-in/passkey"))
    kept = visitor.client.get_cookie("checklist")
    assert kept is not None
    assert visitor.post("/sign-in/passkey", {"credential": answer}).status_code == 303
    visitor.client.set_cookie("checklist", kept.value)
    assert visitor.post("/sign-in/passkey", {"credential": answer}).status_code == 422


def test_a_challenge_for_adding_signs_nobody_in(visit: Visit) -> None:
    key = SoftKey()
    alice = visit("alice")
    add(alice, key)
    asked = options(alice, "/account/passkeys")
    assert alice.post("/sign-in/passkey", {"credential": key.get(asked)}).status_code == 422


def test_a_challenge_grows_old(visit: Visit) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        key = SoftKey()
        add(visit("alice"), key)
        visitor = visit("nobody")
        asked = options(visitor, "/sign-in/passkey")
        clock.shift(LIFETIME)
        assert visitor.post("/sign-in/passkey", {"credential": key.get(asked)}).status_code == 422


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", "1", '{"rawId": 1}', '{"rawId": "AA", "response": 7}', "[" * 30_000],
)
def test_what_no_device_says_is_refused_in_words(visit: Visit, answer: str) -> None:
    visitor = visit("nobody")
    options(visitor, "/sign-in/passkey")
    assert visitor.post("/sign-in/passkey", {"credential": answer}).status_code == 422
    alice = visit("alice")
    options(alice, "/account/passkeys")
    assert alice.post("/account/passkeys", {"credential": answer}).status_code == 422


def test_an_answer_with_a_part_missing_is_refused(visit: Visit) -> None:
    key = SoftKey()
    add(visit("alice"), key)
    for name in ("clientDataJSON", "authenticatorData", "signature"):
        visitor = visit("nobody")
        said = json.loads(key.get(options(visitor, "/sign-in/passkey")))
        del said["response"][name]
        answer = visitor.post("/sign-in/passkey", {"credential": json.dumps(said)})
        assert answer.status_code == 422


@pytest.mark.parametrize("lie", ["another origin", "another host", "nobody verified"])
def test_a_device_that_lies_while_it_is_added_is_not_added(
    visit: Visit, session: Session, lie: str
) -> None:
    key = SoftKey()
    LIES[lie](key)
    assert add(visit("alice"), key).status_code == 422
    assert session.scalars(select(Passkey)).all() == []


def test_one_passkey_belongs_to_one_person(visit: Visit) -> None:
    key = SoftKey()
    add(visit("alice"), key)
    assert add(visit("bob"), key).status_code == 409


def test_several_can_be_named_renamed_and_removed(
    visit: Visit, session: Session, cast: Cast
) -> None:
    alice, first, second = visit("alice"), SoftKey(), SoftKey()
    add(alice, first, "laptop")
    add(alice, second, "key")
    ids = session.scalars(select(Passkey.id).order_by(Passkey.id)).all()
    session.rollback()
    alice.post(f"/account/passkeys/{ids[0]}/rename", {"name": "<b>old</b> laptop"})
    assert "&lt;b&gt;old&lt;/b&gt; laptop" in alice.get("/account/factors").text
    assert alice.post(f"/account/passkeys/{ids[1]}/remove").status_code == 303
    assert sign_in(visit("nobody"), second).status_code == 422
    assert sign_in(visit("nobody"), first).status_code == 303
    assert visit("bob").post(f"/account/passkeys/{ids[0]}/remove").status_code == 404
