"""Checks 12 to 20: sessions begin, end and look as they should."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta

from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.models import UserSession
from checklist_app.services.clock import now
from tests.blackbox.premises import Person, Premises
from tests.blackbox.processes import Server
from tests.blackbox.visitors import Program, Visitor, set_cookies
from tests.cast import PASSWORD
from tests.house.world import SLUG

NEW_PASSWORD = "otras cuatro palabras sin orden 9"
MANY = 200
IDLE_MINUTES, SESSION_HOURS = 120, 12
FEWEST_BITS = 128


def signed_in(premises: Premises, person: Person) -> Visitor:
    visitor = Visitor(premises.server)
    assert visitor.sign_in(person.email).status_code == 303
    assert visitor.is_in()
    return visitor


def at(server: Server, visitor: Visitor) -> Visitor:
    """Return the same browser at another server of the same system."""
    there = Visitor(server)
    there.http.cookies.update(visitor.http.cookies)
    return there


def test_12_signing_in_makes_a_new_session_and_adopts_none(premises: Premises) -> None:
    visitor = Visitor(premises.server)
    visitor.form_token()
    before = visitor.cookie
    assert before
    visitor.sign_in("bob@example.org")
    assert visitor.cookie != before
    planted = Visitor(premises.server)
    planted.http.cookies.set("checklist", before)
    assert not planted.is_in()
    made_up = Visitor(premises.server)
    made_up.http.cookies.set("checklist", "eyJfdXNlcl9pZCI6IjEifQ.made.up", domain="127.0.0.1")
    made_up.sign_in("bob@example.org")
    assert "made.up" not in made_up.cookie
    assert made_up.is_in()


def test_13_a_cookie_is_dead_after_signing_out(premises: Premises) -> None:
    visitor = signed_in(premises, premises.newcomer())
    old = dict(visitor.http.cookies)
    assert visitor.post("/sign-out").status_code == 303
    replayed = Visitor(premises.server)
    replayed.http.cookies.update(old)
    assert not replayed.is_in()


def test_14_a_closed_account_is_out_at_the_next_request(premises: Premises) -> None:
    person = premises.newcomer(Role.VIEWER)
    visitor, program = signed_in(premises, person), premises.program(person.email)
    ada = premises.visitor("ada")
    assert ada.post(f"/admin/users/{person.user_id}/deactivate").status_code == 303
    assert not visitor.is_in()
    assert program.get(f"/projects/{SLUG}/scans").status_code == 401


def test_15_another_password_ends_every_other_session(premises: Premises) -> None:
    person = premises.newcomer(Role.VIEWER)
    here, elsewhere = signed_in(premises, person), signed_in(premises, person)
    program = premises.program(person.email)
    fields = {"current": PASSWORD, "password": NEW_PASSWORD, "repeat": NEW_PASSWORD}
    assert here.post("/account", fields).status_code == 303
    assert here.is_in()
    assert not elsewhere.is_in()
    assert program.get(f"/projects/{SLUG}/scans").status_code == 401


def test_16_sessions_end_with_idleness_and_with_the_day(
    premises: Premises, in_half_an_hour: Server
) -> None:
    """Half an hour later one of two is too old, and one of two was idle for too long."""
    person = premises.newcomer(Role.VIEWER)
    old, idle, rested = (signed_in(premises, person) for _ in range(3))
    program = premises.program(person.email)
    with premises.resources.sessions.begin() as session:
        own = session.query(UserSession).filter_by(user_id=person.user_id)
        of_old, of_idle, of_rested = own.order_by(UserSession.id)
        assert of_old.expires_at - of_old.created_at == timedelta(hours=SESSION_HOURS)
        of_old.expires_at -= timedelta(hours=SESSION_HOURS - 0.5)
        of_idle.last_seen_at = now() - timedelta(minutes=IDLE_MINUTES - 30)
        of_rested.last_seen_at = now() - timedelta(minutes=IDLE_MINUTES - 40)
    assert old.is_in()
    assert program.get(f"/projects/{SLUG}/scans").status_code == 200
    assert not at(in_half_an_hour, old).is_in()
    assert not at(in_half_an_hour, idle).is_in()
    assert at(in_half_an_hour, rested).is_in()
    at_dusk = Program(in_half_an_hour, program.token).get(f"/projects/{SLUG}/scans")
    assert at_dusk.status_code == 401


def test_17_what_gives_power_asks_for_a_proof_again(
    premises: Premises, in_half_an_hour: Server
) -> None:
    """Half an hour later the session still lives, and the proof of identity is too old."""
    person = premises.newcomer(organisation=OrganisationRole.ADMINISTRATOR)
    later = at(in_half_an_hour, signed_in(premises, person))
    assert later.is_in()
    before = premises.digest()
    for path, fields in (
        ("/account/email", {"email": "elsewhere@example.org"}),
        ("/account/factors/codes/begin", {}),
        ("/account/factors/recovery", {}),
        ("/admin/users", {"name": "New", "email": "new@example.org"}),
    ):
        assert later.post(path, fields).status_code == 403, path
    for current in ("", "wrong"):
        fields = {"current": current, "password": NEW_PASSWORD, "repeat": NEW_PASSWORD}
        assert later.post("/account", fields).status_code == 422
    assert premises.digest() == before


def test_18_one_sees_ones_sessions_and_ends_one(premises: Premises) -> None:
    person = premises.newcomer()
    here, elsewhere = signed_in(premises, person), signed_in(premises, person)
    page = here.get("/account").text
    listed = sorted(
        part.partition("/revoke")[0]
        for part in page.split("/account/sessions/")[1:]
        if part.partition("/revoke")[0].isdigit()
    )
    assert len(set(listed)) == 1
    assert here.post(f"/account/sessions/{listed[0]}/revoke").status_code == 303
    assert here.is_in()
    assert not elsewhere.is_in()


def test_19_nothing_repeats_and_nothing_has_a_pattern(premises: Premises) -> None:
    """Sessions and refresh tokens are made by one function; tokens can be had fast and by many."""
    person = premises.newcomer()
    body = {"email": person.email, "password": PASSWORD}
    last = Program(premises.server).post("/token", body).json()
    tokens, names = [], []
    program = Program(premises.server)
    for _ in range(MANY):
        last = program.post("/token/refresh", {"refresh_token": last["refresh_token"]}).json()
        tokens.append(last["refresh_token"])
        names.append(last["access_token"].split(".")[1])
    cookies = [signed_in(premises, person).cookie for _ in range(5)]
    for found in (tokens, names, cookies):
        assert len(set(found)) == len(found)
    assert len({len(token) for token in tokens}) == 1
    varying = _varying_places(tokens)
    alphabet = {letter for token in tokens for letter in (token[place] for place in varying)}
    assert len(varying) * math.log2(len(alphabet)) > FEWEST_BITS
    for place in varying[:-1]:  # the last letter of base64 may carry fewer bits
        most = Counter(token[place] for token in tokens).most_common(1)[0][1]
        assert most < MANY / 8, place


def test_20_the_cookie_is_for_our_host_over_https_alone(
    premises: Premises, behind_https: Server
) -> None:
    visitor = Visitor(behind_https)
    page = visitor.get("/verify", x_forwarded_proto="https")
    cookie = set_cookies(page)["__Host-checklist"]
    token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = visitor.send(
        "POST",
        "/sign-in",
        data={"email": "vera@example.org", "password": PASSWORD, "csrf_token": token},
        headers={
            "X-Forwarded-Proto": "https",
            "Cookie": f"__Host-checklist={cookie.value}",
            "Referer": f"https://127.0.0.1:{behind_https.port}/sign-in",
        },
    )
    assert answer.status_code == 303, answer.text
    for given in (cookie, set_cookies(answer)["__Host-checklist"]):
        assert given["secure"]
        assert given["httponly"]
        assert given["samesite"] in ("Lax", "Strict")
        assert given["path"] == "/"
        assert not given["domain"]


def _varying_places(tokens: list[str]) -> list[int]:
    return [place for place in range(len(tokens[0])) if len({token[place] for token in tokens}) > 1]
