"""Who needs a second factor, and what becomes of those who have none or lost theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.scopes import Scope
from checklist_app.domain.vocabulary import Role
from checklist_app.models import Event, Group, GroupGrant
from checklist_app.services.clock import now
from tests.cast import Cast
from tests.web.api.program import Program, pipeline_token, tokens_of
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


@pytest.mark.parametrize(
    ("by", "path", "form"),
    [
        ("vera", "/projects/new", {"name": "Otro"}),
        ("alice", "/projects/banca/members/{vera}/role", {"role": "owner"}),
    ],
    ids=["makes a project", "is made an owner"],
)
def test_whoever_becomes_an_owner_is_asked_at_the_next_click(
    visit: Visit, cast: Cast, by: str, path: str, form: dict[str, str]
) -> None:
    set_up_app(visit("alice"))
    vera = visit("vera")
    require(visit, "administrators")
    assert is_in(vera)
    assert visit(by).post(path.format(vera=cast.vera.user_id), form).status_code == 303
    assert vera.get("/").headers["Location"] == "/account/factors"
    set_up_app(vera)
    assert is_in(vera)


def test_whoever_owns_through_a_group_is_asked_and_no_longer_when_out_of_it(
    visit: Visit, session: Session, cast: Cast
) -> None:
    group = Group(name="Equipo", created_at=now())
    session.add(group)
    session.flush()
    session.add(GroupGrant(group_id=group.id, project_id=cast.project.id, role=Role.OWNER))
    session.commit()
    vera, ada = visit("vera"), require(visit, "administrators")
    people = f"/admin/groups/{group.id}/people"
    assert ada.post(people, {"email": "vera@example.org"}).status_code == 303
    assert not is_in(vera)
    assert ada.post(f"{people}/{cast.vera.user_id}/remove").status_code == 303
    assert is_in(vera)


def test_a_program_that_is_signed_in_already_is_held_to_it_too(
    visit: Visit, app: Flask, cast: Cast
) -> None:
    tokens = tokens_of(app, cast.alice)
    alice = Program(app, tokens.access_token)
    assert alice.get("projects/banca").status_code == 200
    ada = require(visit, "everybody")
    for answer in (
        alice.get("projects/banca"),
        alice.send("PATCH", "projects/banca", {"name": "Otra"}, headers={"If-Match": "*"}),
    ):
        assert answer.status_code == 403
        assert "segundo factor" in (answer.json or {})["detail"]
    refused = Program(app).post("token/refresh", {"refresh_token": tokens.refresh_token})
    assert refused.status_code == 401
    assert "segundo factor" in (refused.json or {})["detail"]
    ada.post("/admin/sign-in", {"second_factor": "optional"})
    assert alice.get("projects/banca").status_code == 200
    again = Program(app).post("token/refresh", {"refresh_token": tokens.refresh_token})
    assert again.status_code == 200


def test_a_program_that_may_do_nothing_else_may_end_itself(
    visit: Visit, app: Flask, cast: Cast
) -> None:
    tokens = tokens_of(app, cast.alice)
    require(visit, "everybody")
    alice = Program(app, tokens.access_token)
    assert alice.post("token/revoke", {"token": tokens.refresh_token}).status_code == 204
    assert alice.get("projects/banca").status_code == 401


def test_a_program_whose_person_becomes_an_owner_is_held_to_it(
    visit: Visit, app: Flask, cast: Cast
) -> None:
    vera = Program(app, tokens_of(app, cast.vera).access_token)
    require(visit, "administrators")
    assert vera.post("projects", {"name": "Otro", "language": "es"}).status_code == 201
    assert vera.get("projects").status_code == 403


def test_the_token_of_a_pipeline_rests_until_its_maker_has_a_factor(
    visit: Visit, app: Flask, cast: Cast
) -> None:
    _, secret = pipeline_token(app, cast.alice, "banca", Scope.SCAN_WRITE)
    pipeline, alice = Program(app, secret), visit("alice")
    assert pipeline.get("projects/banca/scans").status_code == 200
    require(visit, "administrators")
    refused = pipeline.get("projects/banca/scans")
    assert refused.status_code == 403
    assert "creó este token" in (refused.json or {})["detail"]
    set_up_app(alice)
    assert pipeline.get("projects/banca/scans").status_code == 200


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
