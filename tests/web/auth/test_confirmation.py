"""What is sensitive asks who sits there, and nothing that was sent is lost on the way."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Role
from checklist_app.models import Event, Membership, Project
from checklist_app.services.clock import now
from checklist_app.web.access import SENSITIVE_ACT
from tests.cast import PASSWORD, Cast
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

LATER = timedelta(minutes=16)
SENSITIVE = {
    "alerts.set_rule",
    "api.projects.edit",
    "api.webhooks.remove",
    "projects.edit",
    "system_webhooks.change",
    "system_webhooks.remove",
    "webhooks.remove",
    "auth.begin_codes",
    "auth.export_data",
    "auth.factors",
    "auth.new_passkey_options",
    "auth.remove_codes",
    "auth.remove_passkey",
    "auth.rename_passkey",
    "auth.renew_recovery_codes",
    "auth.sso_link",
    "auth.sso_unlink",
    "sign_in_policy.change",
    "sign_in_policy.reset_factors",
    "admin.activate",
    "admin.deactivate",
    "admin.invite",
    "admin.renew_link",
    "personal_data.erase",
    "personal_data.export",
    "admin.set_role",
    "auth.change_email",
    "checklists.sign_off",
    "groups.add_person",
    "groups.delete",
    "groups.remove_person",
    "members.add",
    "members.add_group",
    "members.change_group_role",
    "members.change_role",
    "members.remove",
    "members.remove_group",
    "tokens.make",
}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=False) as travelling:
        yield travelling


def hidden(page: str) -> dict[str, str]:
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    }


def role_of(session: Session, cast: Cast, name: str) -> Role:
    user_id = cast.people[name].user_id
    role = session.scalars(select(Membership.role).where(Membership.user_id == user_id)).one()
    session.rollback()
    return role


def promote(visitor: Visitor, cast: Cast) -> str:
    answer = visitor.post(
        f"/projects/banca/members/{cast.vera.user_id}/role", {"role": "reviewer", "note": "é&\n<b>"}
    )
    assert answer.status_code == 403
    return answer.text


def test_what_gives_power_asks_for_a_proof(app: Flask) -> None:
    declared = {
        endpoint for endpoint, view in app.view_functions.items() if hasattr(view, SENSITIVE_ACT)
    }
    assert declared >= SENSITIVE


def test_a_form_sent_late_waits_for_the_password_and_is_then_sent_once_more(
    visit: Visit, session: Session, cast: Cast, clock: time_machine.Traveller
) -> None:
    alice = visit("alice")
    clock.shift(LATER)
    asked = hidden(promote(alice, cast))
    assert role_of(session, cast, "vera") is Role.VIEWER
    answer = alice.post("/confirm", {**asked, "password": PASSWORD})
    assert answer.status_code == 200
    assert role_of(session, cast, "vera") is Role.VIEWER
    again = hidden(answer.text)
    assert again["note"] == "é&\n<b>"
    del again["csrf_token"]
    (target,) = re.findall(r'form-stack" method="post" action="([^"]+)"', answer.text)
    assert alice.post(target, again).status_code == 303
    assert role_of(session, cast, "vera") is Role.REVIEWER


def test_a_proof_counts_for_a_quarter_of_an_hour_and_changes_the_token(
    visit: Visit, cast: Cast, session: Session, clock: time_machine.Traveller
) -> None:
    alice = visit("alice")
    stolen = alice.client.get_cookie("checklist")
    assert stolen is not None
    clock.shift(LATER)
    promote(alice, cast)
    assert alice.post("/confirm", {"password": PASSWORD}).status_code == 303
    address = f"/projects/banca/members/{cast.vera.user_id}/role"
    assert alice.post(address, {"role": "contributor"}).status_code == 303
    thief = visit("nobody")
    thief.client.set_cookie("checklist", stolen.value)
    assert thief.get("/account").status_code == 303
    clock.shift(LATER)
    promote(alice, cast)
    names = session.scalars(select(Event.name)).all()
    assert names.count("account:session:confirm") == 1


def test_a_wrong_password_confirms_nothing_and_keeps_what_waits(
    visit: Visit, session: Session, cast: Cast, clock: time_machine.Traveller
) -> None:
    alice = visit("alice")
    clock.shift(LATER)
    asked = hidden(promote(alice, cast))
    answer = alice.post("/confirm", {**asked, "password": "not hers at all"})
    assert answer.status_code == 422
    assert {**hidden(answer.text), "csrf_token": ""} == {**asked, "csrf_token": ""}
    promote(alice, cast)
    refused = session.scalars(select(Event).where(Event.name == "account:session:refuse")).one()
    assert refused.target == "alice@example.org"


def test_the_password_cannot_be_guessed_at_the_confirmation(visit: Visit) -> None:
    thief = visit("alice")
    answers = [thief.post("/confirm", {"password": f"x{n}"}).status_code for n in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/x",
        "https://evil.example",
        "/sign-out",
        "/projects/banca/archive",
        "/nowhere",
    ],
)
def test_only_what_asks_for_a_proof_is_sent_on(visit: Visit, target: str) -> None:
    answer = visit("alice").post(
        "/confirm", {"password": PASSWORD, "target": target, "packed": "a=b", "next": target}
    )
    assert answer.status_code == 303
    assert "evil" not in answer.headers["Location"]


def test_secrets_do_not_wait_in_a_page(
    visit: Visit, cast: Cast, clock: time_machine.Traveller
) -> None:
    alice = visit("alice")
    clock.shift(LATER)
    answer = alice.post(
        f"/projects/banca/members/{cast.vera.user_id}/role",
        {"role": "owner", "password": "geheimnis", "current": "geheimnis"},
    )
    assert "geheimnis" not in answer.text


def test_a_form_can_be_looked_at_without_a_proof(
    visit: Visit, clock: time_machine.Traveller
) -> None:
    ada = visit("ada")
    clock.shift(LATER)
    assert ada.get("/admin/users").status_code == 200


def test_only_who_stops_asking_for_a_second_person_is_asked_on_the_page(
    visit: Visit, session: Session, cast: Cast, clock: time_machine.Traveller
) -> None:
    form = {
        "name": "Banco",
        "language": "es",
        "fail_threshold": "medium",
        "freshness_days": "90",
        "gone_policy": "close",
    }
    alice, address = visit("alice"), "/projects/banca/edit"
    clock.shift(LATER)
    assert alice.post(address, {**form, "four_eyes": "y"}).status_code == 303
    answer = alice.post(address, form)
    assert answer.status_code == 403
    project = session.get_one(Project, cast.project.id, populate_existing=True)
    assert project.four_eyes
    session.rollback()

    again = alice.post("/confirm", {**hidden(answer.text), "password": PASSWORD})
    waiting = hidden(again.text)
    del waiting["csrf_token"]
    assert alice.post(address, waiting).status_code == 303
    assert not session.get_one(Project, cast.project.id, populate_existing=True).four_eyes
