"""Who takes part in a project, and what changes with that at once."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.models import Event, Membership, User
from tests.cast import Cast
from tests.web.api.program import Program, tokens_of
from tests.web.conftest import Visit

MEMBERS = "/projects/banca/members"


def roles(session: Session, cast: Cast) -> dict[int, str]:
    session.rollback()
    rows = session.query(Membership).filter_by(project_id=cast.project.id)
    found = {row.user_id: row.role.value for row in rows}
    session.expunge_all()
    session.rollback()
    return found


def test_the_last_owner_stays_owner(visit: Visit, session: Session, cast: Cast) -> None:
    alice, own = visit("alice"), f"{MEMBERS}/{cast.alice.user_id}"
    assert alice.post(f"{own}/role", {"role": "viewer"}).status_code == 409
    assert alice.post(f"{own}/remove").status_code == 409
    assert roles(session, cast)[cast.alice.user_id] == "owner"
    alice.post(f"{MEMBERS}/{cast.bob.user_id}/role", {"role": "owner"})
    assert alice.post(f"{own}/remove").status_code == 303
    assert alice.get("/projects/banca").status_code == 404


def test_a_role_counts_from_the_next_request(visit: Visit, cast: Cast) -> None:
    alice, vera = visit("alice"), visit("vera")
    assert vera.get("/projects/banca/edit").status_code == 403
    alice.post(f"{MEMBERS}/{cast.vera.user_id}/role", {"role": "owner"})
    assert vera.get("/projects/banca/edit").status_code == 200
    alice.post(f"{MEMBERS}/{cast.vera.user_id}/remove")
    assert vera.get("/projects/banca").status_code == 404
    assert "Banca" not in vera.get("/").text


def test_a_person_with_an_account_joins_without_a_link(
    visit: Visit, session: Session, cast: Cast
) -> None:
    form = {"email": " Charlie@Example.org ", "name": "", "role": "contributor"}
    answer = visit("alice").post(MEMBERS, form)
    assert answer.status_code == 303
    assert roles(session, cast)[cast.charlie.user_id] == "contributor"
    assert visit("alice").post(MEMBERS, form).status_code == 422


def test_nobody_finds_out_at_length_who_has_an_account(
    visit: Visit, app: Flask, cast: Cast
) -> None:
    alice = visit("alice")
    program = Program(app, tokens_of(app, cast.alice).access_token)
    for number in range(10):
        named = {"email": f"n{number}@example.org", "name": "", "role": "viewer"}
        assert alice.post(MEMBERS, named).status_code == 422
        named = {"email": f"p{number}@example.org", "role": "viewer"}
        assert program.post("projects/banca/members", named).status_code == 422
    known = {"email": "charlie@example.org", "role": "viewer"}
    assert program.post("projects/banca/members", known).status_code == 429
    assert alice.post(MEMBERS, known).status_code == 429
    assert visit("martha").get(MEMBERS).status_code == 200


def test_an_administrator_adds_a_new_person_by_a_link_that_is_shown_once(visit: Visit) -> None:
    ada, members = visit("ada"), "/projects/de-ada/members"
    ada.post("/projects/new", {"name": "De Ada", "language": "es"})
    answer = ada.post(members, {"email": "ines@example.org", "name": "Ines", "role": "viewer"})
    (link,) = set(re.findall(r"http://localhost(/set-password/[\w-]+)", answer.text))
    assert visit("nobody").get(link).status_code == 200
    page = ada.get(members).text
    assert "ines@example.org" in page
    assert link not in page


def test_an_owner_who_is_no_administrator_makes_no_accounts(visit: Visit, session: Session) -> None:
    """Whoever held the first link to an account could use it before its owner does."""
    form = {"email": "ines@example.org", "name": "Ines", "role": "viewer"}
    answer = visit("alice").post(MEMBERS, form)
    assert answer.status_code == 422
    assert "set-password" not in answer.text
    assert session.query(User).filter_by(email="ines@example.org").count() == 0


@pytest.mark.parametrize(
    "form",
    [
        {"email": "no address", "name": "X", "role": "viewer"},
        {"email": "x@example.org", "name": "", "role": "viewer"},
        {"email": "x@example.org", "name": "X", "role": "administrator"},
        {"email": "", "name": "", "role": ""},
    ],
)
def test_a_form_that_cannot_be_taken_comes_back_filled_in(
    visit: Visit, session: Session, cast: Cast, form: dict[str, str]
) -> None:
    answer = visit("alice").post(MEMBERS, form)
    assert answer.status_code == 422
    assert f'value="{form["email"]}"' in answer.text
    assert len(roles(session, cast)) == 5


def test_every_change_of_members_leaves_an_event(
    visit: Visit, session: Session, cast: Cast
) -> None:
    alice = visit("alice")
    alice.post(f"{MEMBERS}/{cast.vera.user_id}/role", {"role": "reviewer"})
    alice.post(f"{MEMBERS}/{cast.vera.user_id}/remove")
    names = [row.name for row in session.query(Event).order_by(Event.id)]
    assert names[-2:] == ["project:member:change_role", "project:member:remove"]


def test_projects_of_one_name_get_addresses_of_their_own(visit: Visit) -> None:
    alice = visit("alice")
    form = {"name": "Ñandú & Cía.", "description": "", "scope": "", "language": "es"}
    places = [alice.post("/projects/new", form).headers["Location"] for _ in range(3)]
    assert places == ["/projects/nandu-cia", "/projects/nandu-cia-2", "/projects/nandu-cia-3"]
    strange = alice.post("/projects/new", {**form, "name": "漢字"})
    assert strange.headers["Location"] == "/projects/project"
    new = alice.post("/projects/new", {**form, "name": "New"})
    assert new.headers["Location"] == "/projects/new-2"
