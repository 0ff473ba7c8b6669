"""One-time links and changing one's password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.models import OneTimeLink, User
from checklist_app.services import links
from checklist_app.services.clock import now
from tests.cast import PASSWORD, Cast
from tests.web.conftest import Visit

NEW = "grapa violeta nube tambor"
FORM = {"password": NEW, "repeat": NEW}


def issue(session: Session, cast: Cast) -> str:
    token = links.issue_link(session, None, session.get_one(User, cast.bob.user_id), Config())
    session.commit()
    return f"/set-password/{token}"


def test_a_link_sets_the_password_signs_in_and_ends_every_other_session(
    visit: Visit, session: Session, cast: Cast
) -> None:
    link, before, visitor = issue(session, cast), visit("bob"), visit("nobody")
    assert "bob@example.org" in visitor.get(link).text
    assert visitor.post(link, FORM).status_code == 303
    assert visitor.get("/").status_code == 200
    assert before.get("/").status_code == 303
    fresh = visit("nobody")
    form = {"email": "bob@example.org", "password": NEW}
    assert fresh.post("/sign-in", form).status_code == 303
    assert fresh.post("/sign-in", {**form, "password": PASSWORD}).status_code == 422


def test_a_link_works_once(visit: Visit, session: Session, cast: Cast) -> None:
    link = issue(session, cast)
    visit("nobody").post(link, FORM)
    again = visit("nobody")
    assert again.get(link).status_code == 404
    assert again.post(link, FORM).status_code == 404


def test_a_link_ends_after_half_an_hour_and_with_the_next_one(
    visit: Visit, session: Session, cast: Cast
) -> None:
    old = issue(session, cast)
    new = issue(session, cast)
    assert visit("nobody").get(old).status_code == 404
    with time_machine.travel(now() + timedelta(minutes=30, seconds=1)):
        assert visit("nobody").get(new).status_code == 404
    assert visit("nobody").get(new).status_code == 200


def test_a_link_of_a_closed_account_is_dead(visit: Visit, session: Session, cast: Cast) -> None:
    link = issue(session, cast)
    visit("ada").post(f"/admin/users/{cast.bob.user_id}/deactivate")
    assert visit("nobody").post(link, FORM).status_code == 404


@pytest.mark.parametrize(
    ("password", "repeat"),
    [
        ("short", "short"),
        (NEW, NEW + "x"),
        ("", ""),
        ("bob@example.org1", "bob@example.org1"),
        ("passwordpassword", "passwordpassword"),
        (NEW * 6, NEW * 6),
        ("bob1990", "bob1990"),
        ("Password123", "Password123"),
        ("OwaspChecklist1", "OwaspChecklist1"),
        ("letmein1", "letmein1"),
    ],
)
def test_a_poor_password_is_refused_and_the_link_lives_on(
    visit: Visit, session: Session, cast: Cast, password: str, repeat: str
) -> None:
    link, visitor = issue(session, cast), visit("nobody")
    answer = visitor.post(link, {"password": password, "repeat": repeat})
    assert answer.status_code == 422
    assert not password or password not in answer.text
    assert visitor.post(link, FORM).status_code == 303


def test_long_passwords_of_any_letters_are_taken_whole(
    visit: Visit, session: Session, cast: Cast
) -> None:
    long = "ñandú 漢字 " * 10
    visit("nobody").post(issue(session, cast), {"password": long, "repeat": long})
    form = {"email": "bob@example.org", "password": long}
    assert visit("nobody").post("/sign-in", form).status_code == 303
    cut = {**form, "password": long[:-1]}
    assert visit("nobody").post("/sign-in", cut).status_code == 422


def test_changing_ones_password_takes_the_old_one_and_ends_other_sessions(visit: Visit) -> None:
    here, there = visit("bob"), visit("bob")
    wrong = here.post("/account", {**FORM, "current": "not that one at all"})
    assert wrong.status_code == 422
    assert there.get("/").status_code == 200
    assert here.post("/account", {**FORM, "current": PASSWORD}).status_code == 303
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 303


def test_an_invitation_shows_its_link_once_and_in_no_log(
    visit: Visit, session: Session, cast: Cast
) -> None:
    ada = visit("ada")
    answer = ada.post("/admin/users", {"email": "nueva@example.org", "name": "Nueva"})
    (token,) = set(re.findall(r"/set-password/([\w-]{43})", answer.text))
    assert token not in ada.get("/admin/users").text
    stored = [str(vars(row)) for row in session.query(OneTimeLink)]
    assert token not in "".join(stored)
    assert visit("nobody").get(f"/set-password/{token}").status_code == 200


def test_no_page_tells_a_password_hash(visit: Visit) -> None:
    for name, address in (
        ("ada", "/admin/users"),
        ("bob", "/account"),
        ("alice", "/projects/banca/members"),
    ):
        assert "argon2" not in visit(name).get(address).text
