"""Sessions get new tokens when rights change, and end when the person might be another."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.models import TokenFamily, UserSession
from checklist_app.services.clock import now
from tests.cast import PASSWORD, Cast
from tests.web.api.program import Program, tokens_of
from tests.web.auth.authenticator import set_up_app
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

NEW = "grapa violeta nube tambor"


def token(visitor: Visitor) -> str:
    with visitor.client.session_transaction() as cookie:
        held: str = cookie["_user_id"]
    return held


def with_cookie(visit: Visit, value: str) -> Visitor:
    other = visit("nobody")
    other.client.set_cookie("checklist", value)
    return other


def cookie_of(visitor: Visitor) -> str:
    kept = visitor.client.get_cookie("checklist")
    assert kept is not None
    return kept.value


def test_another_role_brings_a_new_token_with_the_next_page(visit: Visit, cast: Cast) -> None:
    vera, alice = visit("vera"), visit("alice")
    before, stolen = token(vera), cookie_of(vera)
    alice.post(f"/projects/banca/members/{cast.vera.user_id}/role", {"role": "reviewer"})
    assert vera.get("/projects/banca", x_requested_with="fragment").status_code == 200
    assert token(vera) == before
    assert vera.get("/projects/banca").status_code == 200
    assert token(vera) != before
    assert vera.get("/projects/banca").status_code == 200
    with time_machine.travel(now() + timedelta(seconds=21)):
        assert with_cookie(visit, stolen).get("/projects/banca").status_code == 303
        assert vera.get("/projects/banca").status_code == 200


def test_what_was_under_way_with_the_old_token_still_arrives(visit: Visit, cast: Cast) -> None:
    vera, alice = visit("vera"), visit("alice")
    old, before = cookie_of(vera), token(vera)
    alice.post(f"/projects/banca/members/{cast.vera.user_id}/role", {"role": "reviewer"})
    vera.get("/projects/banca")
    beside = with_cookie(visit, old)
    assert beside.get("/projects/banca").status_code == 200
    assert token(beside) == before
    assert vera.get("/projects/banca").status_code == 200


def test_leaving_and_joining_a_project_bring_new_tokens(visit: Visit, cast: Cast) -> None:
    vera, charlie, alice = visit("vera"), visit("charlie"), visit("alice")
    before = token(vera), token(charlie)
    alice.post(f"/projects/banca/members/{cast.vera.user_id}/remove")
    alice.post("/projects/banca/members", {"email": "charlie@example.org", "role": "viewer"})
    assert vera.get("/").status_code == charlie.get("/").status_code == 200
    assert token(vera) != before[0]
    assert token(charlie) != before[1]


def test_making_a_project_brings_a_new_token(visit: Visit) -> None:
    charlie = visit("charlie")
    before = token(charlie)
    assert charlie.post("/projects/new", {"name": "Otro"}).status_code == 303
    assert charlie.get("/").status_code == 200
    assert token(charlie) != before


def test_adding_a_factor_kills_the_token_that_could_do_nothing_else(visit: Visit) -> None:
    ada, vera = visit("ada"), visit("vera")
    set_up_app(ada)
    assert ada.post("/admin/sign-in", {"second_factor": "everybody"}).status_code == 303
    overheard = cookie_of(vera)
    set_up_app(vera)
    assert vera.get("/").status_code == 200
    assert with_cookie(visit, overheard).get("/").headers["Location"].startswith("/sign-in")


def test_changing_ones_password_kills_the_old_token_of_this_browser_too(visit: Visit) -> None:
    bob = visit("bob")
    stolen = cookie_of(bob)
    form = {"password": NEW, "repeat": NEW, "current": PASSWORD}
    assert bob.post("/account", form).status_code == 303
    assert bob.get("/account").status_code == 200
    assert with_cookie(visit, stolen).get("/account").status_code == 303


def test_signing_in_again_ends_what_the_browser_had(visit: Visit, session: Session) -> None:
    alice = visit("alice")
    stolen = cookie_of(alice)
    alice.post("/sign-in", {"email": "alice@example.org", "password": PASSWORD})
    assert alice.get("/account").status_code == 200
    assert with_cookie(visit, stolen).get("/account").status_code == 303
    open_rows = session.scalars(select(UserSession).where(UserSession.revoked_at.is_(None)))
    assert len(open_rows.all()) == 1


def test_ending_all_other_sessions_leaves_this_one(visit: Visit) -> None:
    here, there, elsewhere, bob = visit("alice"), visit("alice"), visit("alice"), visit("bob")
    assert here.post("/account/sessions/revoke-others").status_code == 303
    assert here.get("/account").status_code == bob.get("/account").status_code == 200
    assert there.get("/account").status_code == elsewhere.get("/account").status_code == 303


def test_programs_are_listed_and_one_of_them_is_ended(
    visit: Visit, app: Flask, cast: Cast, session: Session
) -> None:
    alice, bob = visit("alice"), visit("bob")
    kept, ended = tokens_of(app, cast.alice), tokens_of(app, cast.alice)
    page = alice.get("/account").text
    assert page.count("bi-terminal muted") == 2
    assert "/account/sessions/revoke-others" in page
    assert "bi-terminal" not in bob.get("/account").text
    newest = session.scalar(select(func.max(TokenFamily.id)))
    session.rollback()
    assert bob.post(f"/account/programs/{newest}/end").status_code == 404
    assert alice.post(f"/account/programs/{newest}/end").status_code == 303
    assert Program(app, ended.access_token).get("projects").status_code == 401
    spent = Program(app).post("token/refresh", {"refresh_token": ended.refresh_token})
    assert spent.status_code == 401
    assert Program(app, kept.access_token).get("projects").status_code == 200
    assert alice.get("/account").text.count("bi-terminal muted") == 1
    assert alice.post(f"/account/programs/{newest}/end").status_code == 404


def test_signing_out_everywhere_else_ends_programs_and_is_offered_for_them_alone(
    visit: Visit, app: Flask, cast: Cast
) -> None:
    alice = visit("alice")
    assert "/account/sessions/revoke-others" not in alice.get("/account").text
    tokens = tokens_of(app, cast.alice)
    assert "/account/sessions/revoke-others" in alice.get("/account").text
    assert alice.post("/account/sessions/revoke-others").status_code == 303
    assert Program(app, tokens.access_token).get("projects").status_code == 401
    page = alice.get("/account").text
    assert "bi-terminal muted" not in page
    assert "/account/sessions/revoke-others" not in page


def test_a_program_that_renewed_its_tokens_is_shown_with_that_time(
    visit: Visit, app: Flask, cast: Cast
) -> None:
    tokens = tokens_of(app, cast.alice)
    with time_machine.travel(now() + timedelta(days=3), tick=False):
        Program(app).post("token/refresh", {"refresh_token": tokens.refresh_token})
        renewed = now().replace(tzinfo=None).isoformat(timespec="seconds")
        assert f'datetime="{renewed}' in visit("alice").get("/account").text
    with time_machine.travel(now() + timedelta(days=31), tick=False):
        assert "bi-terminal muted" not in visit("alice").get("/account").text


def test_the_list_shows_no_session_that_is_over(visit: Visit) -> None:
    start = now()
    with time_machine.travel(start, tick=False) as travelling:
        visit("alice")
        travelling.shift(121 * 60)
        page = visit("alice").get("/account").text
    assert page.count("bi-display muted") == 1
