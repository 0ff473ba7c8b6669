"""Who needs a second factor, and what becomes of those who have none or lost theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import Event
from checklist_app.services.clock import now
from tests.cast import Cast
from tests.web.auth.authenticator import first_step, is_in, second_step, set_up_app
from tests.web.conftest import Visit
from tests.web.visitor import Visitor


def require(visit: Visit, whom: str) -> Visitor:
    ada = visit("ada")
    set_up_app(ada)
    assert ada.post("/admin/sign-in", {"second_factor": whom}).status_code == 303
    return ada


def test_whoever_has_none_is_led_to_add_one_and_can_do_nothing_else(visit: Visit) -> None:
    vera = visit("vera")
    require(visit, "everybody")
    for path in ("/", "/projects/banca", "/account", "/standards"):
        answer = vera.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/account/factors")
    refused = vera.post("/projects/new", {"name": "Otro"})
    assert refused.status_code == 403
    assert vera.get("/account/factors").status_code == 200
    set_up_app(vera)
    assert is_in(vera)


def test_it_holds_for_whoever_signs_in_later(visit: Visit) -> None:
    require(visit, "everybody")
    visitor = visit("nobody")
    first_step(visitor, "vera")
    assert visitor.get("/").headers["Location"] == "/account/factors"
    assert visitor.post("/sign-out").status_code == 303


@pytest.mark.parametrize(("name", "led"), [("alice", True), ("vera", False), ("bob", False)])
def test_administrators_and_owners_can_be_meant_alone(visit: Visit, name: str, led: bool) -> None:
    before = visit(name)
    require(visit, "administrators")
    after = visit("nobody")
    first_step(after, name)
    assert (is_in(before), is_in(after)) == (not led, not led)


def test_taking_the_demand_back_lets_everybody_go_on(visit: Visit) -> None:
    vera = visit("vera")
    ada = require(visit, "everybody")
    assert not is_in(vera)
    ada.post("/admin/sign-in", {"second_factor": "optional"})
    assert is_in(vera)


def test_the_last_factor_stays_while_one_is_required(visit: Visit) -> None:
    ada = require(visit, "everybody")
    assert ada.post("/account/factors/codes/remove").status_code == 409


def test_a_word_that_is_no_choice_changes_nothing(visit: Visit) -> None:
    assert visit("ada").post("/admin/sign-in", {"second_factor": "all"}).status_code == 422


def test_an_administrator_takes_the_factor_of_somebody_who_lost_it(
    visit: Visit, session: Session, cast: Cast
) -> None:
    bob = visit("bob")
    app, _ = set_up_app(bob)
    waiting = visit("nobody")
    first_step(waiting, "bob")
    answer = visit("ada").post(f"/admin/users/{cast.bob.user_id}/factors/reset")
    assert answer.status_code == 303
    assert not is_in(bob)
    assert second_step(waiting, app.at(now() + timedelta(seconds=30))).status_code == 422
    fresh = visit("nobody")
    first_step(fresh, "bob")
    assert is_in(fresh)
    (event,) = session.scalars(select(Event).where(Event.name == "account:factors:reset"))
    assert (event.target, event.actor_id) == ("bob@example.org", cast.ada.user_id)


def test_nobody_else_takes_factors_or_changes_the_policy(visit: Visit, cast: Cast) -> None:
    alice = visit("alice")
    assert alice.post(f"/admin/users/{cast.bob.user_id}/factors/reset").status_code == 403
    assert alice.post("/admin/sign-in", {"second_factor": "everybody"}).status_code == 403


def test_a_set_password_link_replaces_no_second_factor(visit: Visit, cast: Cast) -> None:
    set_up_app(visit("bob"))
    page = visit("ada").post(f"/admin/users/{cast.bob.user_id}/link")
    token = page.text.split("/set-password/")[1].split('"')[0]
    visitor = visit("nobody")
    new = "otras cuatro palabras distintas"
    answer = visitor.post(f"/set-password/{token}", {"password": new, "repeat": new})
    assert answer.headers["Location"] == "/sign-in/second-factor"
    assert not is_in(visitor)
