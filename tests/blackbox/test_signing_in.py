"""Checks 21 to 27: the ways in, and the ways back in."""

from __future__ import annotations

import re
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pyotp
from requests import Response
from sqlalchemy import func, select

from checklist_app.models import User
from checklist_app.services.clock import now
from checklist_app.services.links import issue_link
from tests.blackbox.premises import Premises
from tests.blackbox.processes import PROGRAM, Server, environment
from tests.blackbox.visitors import Visitor, without_chance
from tests.cast import PASSWORD
from tests.conftest import SECRET
from tests.database import empty_database, migrate
from tests.waiting import wait_until

ROUNDS = 7
LINK = re.compile(r"https?://\S+/set-password/\S+")
GOOD = "unas palabras que nadie adivina 4"


def mailed_link(premises: Premises, email: str, **headers: str) -> str:
    """Ask for a way back in and return the link that comes by mail."""
    office = premises.office
    already = len(office.received)
    sent = Visitor(premises.server).post("/forgot-password", {"email": email}, **headers)
    assert sent.status_code in (200, 303), sent.text
    wait_until("the mail", lambda: any(email in str(m["To"]) for m in office.received[already:]))
    letter = next(m for m in office.received[already:] if email in str(m["To"]))
    found = LINK.search(letter.get_content())
    assert found, letter.get_content()
    return found[0]


def path_of(link: str) -> str:
    return "/set-password/" + link.rpartition("/")[2]


def set_password(server: Server, path: str, password: str) -> Response:
    return Visitor(server).post(path, {"password": password, "repeat": password})


def test_21_nobody_can_tell_who_has_an_account(premises: Premises) -> None:
    closed = premises.newcomer()
    with premises.resources.sessions.begin() as session:
        session.get_one(User, closed.user_id).is_active = False
    cases = {
        "unknown": ("nobody-there@example.org", PASSWORD),
        "wrong": (premises.newcomer().email, "not the password"),
        "closed": (closed.email, PASSWORD),
    }
    told, seconds = {}, {name: list[float]() for name in cases}
    visitor = Visitor(premises.server)
    visitor.form_token()
    for _ in range(ROUNDS):
        for name, (email, password) in cases.items():  # side by side, under the same load
            began = time.monotonic()
            answer = visitor.post("/sign-in", {"email": email, "password": password})
            seconds[name].append(time.monotonic() - began)
            assert answer.status_code == 422
            told[name] = without_chance(answer, email)
    for name, (email, _) in cases.items():
        forgotten = visitor.post("/forgot-password", {"email": email})
        told[f"{name}, forgotten"] = without_chance(forgotten, email)
    assert told["unknown"] == told["wrong"] == told["closed"]
    assert told["unknown, forgotten"] == told["wrong, forgotten"] == told["closed, forgotten"]
    # Without a hash that is made for nobody, an unknown address would answer ten times faster.
    fastest = [min(taken) for taken in seconds.values()]
    assert max(fastest) < 2 * min(fastest), seconds


def test_22_guessing_waits_and_locks_nobody_out(premises: Premises) -> None:
    person = premises.newcomer()
    guesser = Visitor(premises.server)
    guesser.form_token()
    answers = [
        guesser.post("/sign-in", {"email": person.email, "password": f"guess {n}"})
        for n in range(20)
    ]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert guesser.sign_in(person.email).status_code == 429
    assert Visitor(premises.server).sign_in(person.email).status_code == 303


def test_23_passwords_are_long_unknown_and_whole(premises: Premises) -> None:
    person = premises.newcomer()
    visitor = Visitor(premises.server)
    visitor.sign_in(person.email)

    def change(current: str, password: str) -> int:
        fields = {"current": current, "password": password, "repeat": password}
        status = visitor.post("/account", fields).status_code
        visitor._form_token = ""
        return status

    for refused in ("seven77", "password1", "12345678", "qwertyuiop", "iloveyou", "contraseña"):
        assert change(PASSWORD, refused) == 422, refused
    long = "ñandú 鶴 пароль " * 5 + "end"
    assert len(long) > 64
    assert change(PASSWORD, long) == 303
    assert Visitor(premises.server).sign_in(person.email, long[:64]).status_code == 422
    assert Visitor(premises.server).sign_in(person.email, long[:72]).status_code == 422
    assert Visitor(premises.server).sign_in(person.email, long).status_code == 303


def test_24_nothing_starts_with_a_secret_that_can_be_guessed(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url:
        migrate(url)
        from checklist_app.models.database import make_engine  # noqa: PLC0415 - of this test

        engine = make_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(User.__table__)) == 0
        engine.dispose()
        production = {
            "environment": "production",
            "database_url": url,
            "base_url": "https://checklist.example.org",
            "data_dir": str(tmp_path),
        }
        for secret in (None, "", "dev", "short but mine", "a" * 64):
            settings = production if secret is None else {**production, "secret_key": secret}
            ended = subprocess.run(
                [*PROGRAM, "serve", "--port", "1"],
                env=environment(settings),
                capture_output=True,
                timeout=120,
                check=False,
            )
            assert ended.returncode != 0, secret
            assert b"CHECKLIST_SECRET_KEY" in ended.stdout + ended.stderr, (secret, ended.stderr)
            if secret:
                assert secret.encode() not in ended.stdout + ended.stderr
    assert SECRET  # the server of the other checks starts with a good one


def test_25_a_link_serves_once_for_half_an_hour_and_for_its_purpose(
    premises: Premises, in_half_an_hour: Server
) -> None:
    person = premises.newcomer()
    first = path_of(mailed_link(premises, person.email))
    second = path_of(mailed_link(premises, person.email))
    assert Visitor(premises.server).get(first).status_code == 404
    assert Visitor(premises.server).get(second).status_code == 200
    assert set_password(premises.server, second, GOOD).status_code == 303
    assert set_password(premises.server, second, GOOD + "x").status_code == 404
    assert Visitor(premises.server).sign_in(person.email, GOOD).status_code == 303
    late = path_of(mailed_link(premises, premises.newcomer().email))
    assert Visitor(premises.server).get(late).status_code == 200
    assert set_password(in_half_an_hour, late, GOOD).status_code == 404
    with premises.resources.sessions.begin() as session:
        user = session.get_one(User, person.user_id)
        config = premises.resources.config
        code = issue_link(session, None, user, config, new_email="moved@example.org")
    assert set_password(premises.server, f"/set-password/{code}", GOOD).status_code == 404
    assert Visitor(premises.server).get(f"/confirm-email/{code}").status_code == 200


def test_26_no_header_chooses_the_host_of_a_link(premises: Premises) -> None:
    office, visitor = premises.office, Visitor(premises.server)
    token = visitor.form_token()
    hosts = ("evil.example", "evil.example:80", f"127.0.0.1.evil.example:{premises.server.port}")
    asked_for = {host: premises.newcomer().email for host in hosts}
    for host, email in asked_for.items():
        refused = visitor.send(
            "POST",
            "/forgot-password",
            data={"email": email, "csrf_token": token},
            # Under another host the cookie would stay at home.
            headers={"Host": host, "Cookie": f"checklist={visitor.cookie}"},
        )
        assert refused.status_code == 400, host
        assert "evil" not in refused.text, host
    for headers in ({"x_forwarded_host": "evil.example"}, {"forwarded": "host=evil.example"}):
        link = mailed_link(premises, premises.newcomer().email, **headers)
        assert link.startswith(premises.settings["base_url"] + "/"), link
    # Letters go out in turn: those that were asked for before would be here by now.
    assert not set(office.recipients) & set(asked_for.values())


def test_27_a_code_opens_once(premises: Premises) -> None:
    person = premises.newcomer()
    visitor = Visitor(premises.server)
    visitor.sign_in(person.email)
    assert visitor.post("/account/factors/codes/begin").status_code == 303
    page = visitor.get("/account/factors/codes").text
    secret = re.search(r'id="secret" value="([A-Z2-7]+)"', page)
    assert secret, page
    app = pyotp.TOTP(secret[1])
    used = app.at(now())
    assert visitor.post("/account/factors/codes", {"code": used}).status_code == 200

    def try_code(code: str) -> int:
        other = Visitor(premises.server)
        assert other.sign_in(person.email).headers["Location"] == "/sign-in/second-factor"
        assert not other.is_in()
        return other.post("/sign-in/second-factor", {"code": code}).status_code

    assert try_code(used) == 422
    fresh = app.at(now() + timedelta(seconds=30))
    assert try_code(fresh) == 303
    assert try_code(fresh) == 422
