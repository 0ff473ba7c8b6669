"""A copy of one's data: complete, without secrets, and without what one may not read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Outcome, Role
from checklist_app.models import Base, Event, Passkey, User
from checklist_app.queries.personal_data import personal_data
from checklist_app.services import evidence, verdicts
from checklist_app.services.clock import now, today
from checklist_app.services.members import change_role, remove_member
from checklist_app.services.pipeline_tokens import make_token
from checklist_app.services.resources import Resources
from tests.cast import Cast, item, make_checklist
from tests.statements import counted
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

RATIONALE = "Se inyecta por el buscador; «ver nota»."


def told(visitor: Visitor, path: str = "/account/data") -> dict[str, Any]:
    """Return a copy as it is downloaded."""
    answer = visitor.post(path)
    assert answer.status_code == 200, answer.status_code
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=personal-data-")
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = json.loads(answer.get_data())
    answer.close()
    return found


def fill(session: Session, resources: Resources, cast: Cast, *, rounds: int = 1) -> str:
    """Let Bob record things; return the secret of his token for pipelines."""
    change_role(session, cast.access("alice"), cast.bob.user_id, Role.MANAGER)
    access = type(cast.access("bob"))(cast.bob, cast.project, Role.MANAGER)
    for number in range(rounds):
        opened = item(session, access, make_checklist(session, access, f"Ronda {number}"), "IN-01")
        evidence.attach_note(session, access, opened, note="lo he visto", title=f"nota {number}")
        verdicts.record_verdict(
            session,
            opened,
            outcome=Outcome.FAIL,
            rationale=RATIONALE,
            row_version=opened.item.row_version,
        )
    expires = today() + timedelta(days=9)
    _, secret = make_token(
        session, access, name="nightly", scopes=["project:read"], expires_on=expires
    )
    session.add(
        Passkey(
            user_id=cast.bob.user_id,
            name="mi llave",
            credential_sha256="b" * 64,
            credential_id="credential",
            public_key="public-key",
            sign_count=0,
            created_at=now(),
        )
    )
    session.commit()
    return secret


def test_a_copy_holds_what_a_person_is_and_did(
    visit: Visit, session: Session, resources: Resources, cast: Cast
) -> None:
    fill(session, resources, cast)
    copy = told(visit("bob"))
    assert copy["about"] == cast.bob.user_id
    assert copy["account"][0]["email"] == "bob@example.org"
    assert copy["sessions"][0]["user_agent"] == "a test"
    assert copy["passkeys"][0]["name"] == "mi llave"
    assert copy["pipeline_tokens"][0]["scopes"] == ["project:read"]
    assert copy["memberships"][0]["role"] == "manager"
    assert copy["verdicts"][0] == {
        "project": "banca",
        "checklist": 1,
        "requirement": "IN-01",
        "outcome": "fail",
        "rationale": RATIONALE,
        "recorded_at": copy["verdicts"][0]["recorded_at"],
    }
    assert copy["verdicts"][0]["recorded_at"].endswith("+00:00")
    assert copy["evidence"][0]["note"] == "lo he visto"
    names = {event["name"] for event in copy["events"]}
    assert {"project:verdict:record", "account:session:open", "project:member:change_role"} <= names


def test_a_copy_holds_no_secret(
    visit: Visit, session: Session, resources: Resources, cast: Cast
) -> None:
    secret = fill(session, resources, cast)
    copy = json.dumps(told(visit("bob")))
    kept = {
        value
        for table in Base.metadata.sorted_tables
        for row in session.execute(table.select()).mappings()
        for name, value in row.items()
        if value and ("hash" in name or name.endswith(("token_sha256", "public_key", "sealed")))
    }
    assert len(kept) > 3
    assert not [value for value in kept if str(value) in copy]
    assert secret not in copy
    assert secret[:8] in copy


def test_one_event_tells_that_it_was_taken(visit: Visit, session: Session, cast: Cast) -> None:
    told(visit("vera"))
    (event,) = session.query(Event).filter_by(name="account:data:export")
    assert (event.actor_id, event.target) == (cast.vera.user_id, "vera@example.org")


def test_who_has_left_a_project_no_longer_reads_what_they_wrote_there(
    visit: Visit, session: Session, resources: Resources, cast: Cast
) -> None:
    fill(session, resources, cast)
    remove_member(session, cast.access("alice"), cast.bob.user_id)
    session.commit()
    copy = told(visit("bob"))
    assert RATIONALE not in json.dumps(copy, ensure_ascii=False)
    (verdict,) = copy["verdicts"]
    assert (verdict["project"], verdict["rationale"], verdict["withheld"]) == ("banca", None, True)


def test_an_administrator_takes_a_copy_that_opens_no_project(
    visit: Visit, session: Session, resources: Resources, cast: Cast
) -> None:
    fill(session, resources, cast)
    copy = told(visit("ada"), f"/admin/users/{cast.bob.user_id}/data")
    assert copy["account"][0]["email"] == "bob@example.org"
    assert copy["passkeys"][0]["name"] == "mi llave"
    told_all = json.dumps(copy, ensure_ascii=False)
    for said in (RATIONALE, "lo he visto", "nota 0", "nightly"):
        assert said not in told_all, said
    assert copy["verdicts"][0]["requirement"] == "IN-01"


def test_nobody_takes_a_copy_of_somebody_else(visit: Visit, cast: Cast) -> None:
    for name in ("alice", "otto", "vera"):
        answer = visit(name).post(f"/admin/users/{cast.bob.user_id}/data")
        assert answer.status_code == 403
    assert visit("ada").post("/admin/users/2000000/data").status_code == 404


def test_the_number_of_queries_does_not_grow_with_what_was_recorded(
    session: Session, resources: Resources, cast: Cast
) -> None:
    def asked() -> int:
        with resources.sessions() as fresh:
            user = fresh.get_one(User, cast.bob.user_id)
            with counted(resources.engine) as statements:
                for _, rows in personal_data(fresh, cast.bob, user):
                    list(rows)
            return len(statements)

    fill(session, resources, cast)
    few = asked()
    for name in ("martha", "alice"):
        access = cast.access(name)
        make_checklist(session, access, f"Ronda de {name}")
    session.commit()
    assert asked() == few
    assert few < 40


def test_the_way_of_an_administrator_who_erases(
    visit: Visit, session: Session, resources: Resources, cast: Cast
) -> None:
    fill(session, resources, cast)
    ada, bob, page = visit("ada"), visit("bob"), f"/admin/users/{cast.bob.user_id}/data"
    shown = ada.get(page).get_data(as_text=True)
    assert f"Ex-{cast.bob.user_id}" in shown
    assert "/erase" in shown
    wrong = ada.post(f"/admin/users/{cast.bob.user_id}/erase", {"email": "x@example.org"})
    assert wrong.status_code == 422
    assert "x@example.org" in wrong.get_data(as_text=True)
    assert bob.get("/account").status_code == 200
    done = ada.post(f"/admin/users/{cast.bob.user_id}/erase", {"email": "bob@example.org"})
    assert done.status_code == 303
    assert bob.get("/account").status_code == 303
    assert "bob@example.org" not in ada.get("/admin/users").get_data(as_text=True)
    assert (
        "erase" not in ada.get(page).get_data(as_text=True).split("<main")[1].split("action=")[-1]
    )
    item_page = visit("alice").get("/projects/banca/checklists/1/items/IN-01")
    assert f"Ex-{cast.bob.user_id}" in item_page.get_data(as_text=True)
    assert RATIONALE in item_page.get_data(as_text=True)


def test_both_ask_for_a_recent_proof(visit: Visit, session: Session, cast: Cast) -> None:
    ada = visit("ada")
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        answer = ada.post(f"/admin/users/{cast.vera.user_id}/erase", {"email": "vera@example.org"})
    assert answer.status_code == 403
    assert session.get_one(User, cast.vera.user_id).name == "Vera"
