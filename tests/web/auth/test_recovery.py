"""A forgotten password: nobody learns who has an account, and the link goes to its owner alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.factory import create_app
from checklist_app.models import Event, ExternalIdentity, Job, Passkey, User
from checklist_app.services.clock import now, pretend
from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.chance import without_chance
from tests.limits import forget_requests
from tests.post_office import PostOffice, mailing, post_office, work
from tests.statements import counted
from tests.web.visitor import Visitor

NEW = "grapa violeta nube tambor"
FORM = {"password": NEW, "repeat": NEW}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with post_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def sending(config: Config, office: PostOffice) -> Config:
    return mailing(config, office)


@pytest.fixture
def app(sending: Config, cast: Cast) -> Iterator[Flask]:
    made = create_app(sending)
    yield made
    forget_requests()
    made.extensions["checklist_resources"].close()


def ask(app: Flask, email: str, visitor: Visitor | None = None) -> tuple[int, str]:
    answer = (visitor or Visitor(app)).post("/forgot-password", {"email": email})
    return answer.status_code, without_chance(answer.text.replace(email, "EMAIL"))


def link_in(office: PostOffice) -> str:
    (path,) = re.findall(r"http://localhost(/[a-z-]+/[\w-]{43})\n", office.text())
    return str(path)


def test_the_whole_way_back_in(app: Flask, sending: Config, office: PostOffice, cast: Cast) -> None:
    before = Visitor(app, cast.bob)
    assert ask(app, " BOB@example.org ")[0] == 200
    work(sending)
    link, here = link_in(office), Visitor(app)
    assert here.post(link, FORM).status_code == 303
    assert here.get("/").status_code == 200
    assert before.get("/").status_code == 303
    work(sending)
    assert office.recipients == ["bob@example.org"] * 2
    assert Visitor(app).get(link).status_code == 404


@pytest.mark.parametrize("key", ["provider", "passkey"])
def test_an_account_in_use_without_password_gets_a_link_of_half_an_hour(
    app: Flask, sending: Config, office: PostOffice, session: Session, cast: Cast, key: str
) -> None:
    bob = session.get_one(User, cast.bob.user_id)
    bob.password_hash = None
    if key == "provider":
        session.add(
            ExternalIdentity(
                user_id=bob.id, identity_sha256="0" * 64, issuer="i", subject="s", created_at=now()
            )
        )
    else:
        session.add(
            Passkey(
                user_id=bob.id,
                name="blue",
                credential_id="Ymx1ZQ",
                credential_sha256="0" * 64,
                public_key="a2V5",
                sign_count=0,
                created_at=now(),
            )
        )
    session.commit()
    ask(app, "bob@example.org")
    work(sending)
    link = link_in(office)
    assert "30 minutos" in office.text()
    with pretend(now() + timedelta(minutes=29)):
        assert Visitor(app).get(link).status_code == 200
    with pretend(now() + timedelta(minutes=31)):
        assert Visitor(app).get(link).status_code == 404
    assert Visitor(app).post(link, FORM).status_code == 303
    work(sending)
    assert office.recipients == ["bob@example.org"] * 2, "whoever holds the account is told"


def test_a_new_link_kills_the_old_one(app: Flask, sending: Config, office: PostOffice) -> None:
    ask(app, "bob@example.org")
    work(sending)
    old = link_in(office)
    ask(app, "bob@example.org")
    work(sending)
    new = link_in(office)
    assert Visitor(app).get(old).status_code == 404
    assert Visitor(app).get(new).status_code == 200
    assert Visitor(app).get(new.replace("set-password", "confirm-email")).status_code == 404


def test_nobody_can_tell_who_has_an_account(
    app: Flask, sending: Config, office: PostOffice, session: Session
) -> None:
    answers = {ask(app, email) for email in ("bob@example.org", "x@example.org", "bob")}
    assert len(answers) == 1
    work(sending)
    assert office.recipients == ["bob@example.org"]
    targets = session.scalars(select(Event.target).where(Event.name == "account:reset:ask")).all()
    assert sorted(targets) == ["", "bob@example.org", "x@example.org"]


def test_the_work_is_the_same_for_every_address(app: Flask, session: Session) -> None:
    opened: Resources = app.extensions["checklist_resources"]
    visitor, done = Visitor(app), {}
    ask(app, "warm@example.org", visitor)
    for email in ("bob@example.org", "x@example.org"):
        with counted(opened.engine) as seen:
            ask(app, email, visitor)
        done[email] = list(seen)
    assert done["bob@example.org"] == done["x@example.org"]
    assert sum("INSERT INTO job" in line for line in done["x@example.org"]) == 1
    assert len(session.scalars(select(Job.id)).all()) == 3


def test_asking_too_often_waits_whoever_it_is_about(app: Flask) -> None:
    for email in ("bob@example.org", "x@example.org"):
        assert [ask(app, email)[0] for _ in range(6)] == [200] * 5 + [429]


def test_the_link_is_on_our_own_address_whatever_the_host_says(
    app: Flask, sending: Config, office: PostOffice
) -> None:
    form = {"email": "bob@example.org"}
    answer = Visitor(app).post("/forgot-password", form, X_Forwarded_Host="evil.example")
    assert answer.status_code == 200
    work(sending)
    assert link_in(office)
    assert "evil" not in "".join(office.text(n) for n in range(len(office.received)))


def test_without_mail_the_page_says_whom_to_ask(config: Config, cast: Cast) -> None:
    made = create_app(config)
    visitor = Visitor(made)
    page = visitor.get("/forgot-password").text
    assert 'name="email"' not in page
    assert visitor.post("/forgot-password", {"email": "bob@example.org"}).status_code == 200
    opened: Resources = made.extensions["checklist_resources"]
    with opened.sessions() as session:
        assert session.scalars(select(Job.id)).all() == []
    opened.close()


def test_a_new_address_answers_first_and_the_old_one_is_told(
    app: Flask, sending: Config, office: PostOffice, cast: Cast
) -> None:
    bob, elsewhere = Visitor(app, cast.bob), Visitor(app, cast.bob)
    assert bob.post("/account/email", {"email": "Bob.New@example.org"}).status_code == 303
    work(sending)
    assert sorted(office.recipients) == ["bob.new@example.org", "bob@example.org"]
    number = office.recipients.index("bob.new@example.org")
    (path,) = re.findall(r"http://localhost(/confirm-email/[\w-]{43})\n", office.text(number))
    assert Visitor(app).get(path.replace("confirm-email", "set-password")).status_code == 404
    follower = Visitor(app)
    assert "bob.new@example.org" in follower.get(path).text
    assert elsewhere.get("/account").status_code == 200
    assert follower.post(path).status_code == 303
    assert elsewhere.get("/account").status_code == bob.get("/account").status_code == 303
    assert follower.post(path).status_code == 404
    work(sending)
    assert office.recipients[2:] == ["bob@example.org"]


def test_an_address_with_an_account_gets_no_mail_and_the_asker_no_hint(
    app: Flask, sending: Config, office: PostOffice, cast: Cast
) -> None:
    bob = Visitor(app, cast.bob)
    assert bob.post("/account/email", {"email": "alice@example.org"}).status_code == 303
    work(sending)
    assert office.recipients == ["bob@example.org"]


@pytest.mark.parametrize("email", ["bob@example.org", "no address", ""])
def test_an_address_that_cannot_be_taken_says_why(app: Flask, cast: Cast, email: str) -> None:
    assert Visitor(app, cast.bob).post("/account/email", {"email": email}).status_code == 422


def test_an_invitation_goes_by_mail_and_shows_no_link(
    app: Flask, sending: Config, office: PostOffice, cast: Cast
) -> None:
    ada = Visitor(app, cast.ada)
    answer = ada.post(
        "/admin/users",
        {
            "email": "nueva@example.org",
            "name": "Nueva",
            "organisation_role": "auditor",
            "language": "en",
        },
    )
    assert answer.status_code == 303
    work(sending)
    assert office.recipients == ["nueva@example.org"]
    assert office.received[0]["Content-Language"] == "en"
    assert "48 hours" in office.text()
    newcomer = Visitor(app)
    assert newcomer.post(link_in(office), FORM).status_code == 303
    assert newcomer.get("/projects/banca").status_code == 200
    assert '<html lang="en"' in newcomer.get("/account").text
