"""Mail goes out encrypted, once, in the reader's language, and comes back to life after a fault."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import JobState, Language, Letter
from checklist_app.models import Job, OneTimeLink, User
from checklist_app.services import outbox
from checklist_app.services.clock import now
from tests.cast import Cast
from tests.post_office import PASSWORD, USER, mailing, post_office, work


def ask_for_reset(session: Session, cast: Cast, name: str = "bob") -> User:
    user = session.get_one(User, cast.people[name].user_id)
    outbox.queue(session, Letter.RESET, user)
    session.commit()
    return user


def states(session: Session) -> list[JobState]:
    found = list(session.scalars(select(Job.state).order_by(Job.id)))
    session.rollback()
    return found


@pytest.mark.parametrize("tls", ["starttls", "tls", "none"])
def test_a_reset_mail_arrives_with_a_link_on_our_own_address(
    config: Config, session: Session, cast: Cast, tmp_path: Path, tls: str
) -> None:
    with post_office(tmp_path, tls=tls) as office:
        ask_for_reset(session, cast)
        work(mailing(config, office, tls))
        (mail,) = office.received
    assert office.encrypted == [tls != "none"]
    assert office.recipients == ["bob@example.org"]
    assert mail["From"].addresses[0].addr_spec == "checklist@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    (link,) = re.findall(r"http://localhost/set-password/[\w-]{43}\n", office.text())
    stored = session.scalars(select(OneTimeLink)).one()
    assert link.strip().rpartition("/")[2] not in str(vars(stored))
    assert timedelta(minutes=29) < stored.expires_at - now() <= timedelta(minutes=30)
    job = session.scalars(select(Job)).one()
    assert (job.state, job.payload) == (JobState.DONE, {})


def test_the_recipients_language_decides(
    config: Config, session: Session, cast: Cast, tmp_path: Path
) -> None:
    session.get_one(User, cast.bob.user_id).language = Language.EN
    with post_office(tmp_path, tls="none") as office:
        ask_for_reset(session, cast, "bob")
        ask_for_reset(session, cast, "carla")
        work(mailing(config, office, "none"))
    assert office.received[0]["Content-Language"] == "en"
    assert "choose it here" in office.text(0).lower()
    assert office.received[1]["Content-Language"] == "es"
    assert "elíjala aquí" in office.text(1).lower()


def test_a_name_with_line_breaks_makes_no_header_and_no_paragraph(
    config: Config, session: Session, cast: Cast, tmp_path: Path
) -> None:
    session.get_one(User, cast.bob.user_id).name = "Bob\r\nBcc: x@evil.example\n\nhttp://evil"
    user = session.get_one(User, cast.bob.user_id)
    evil = "Hi\r\nBcc: y@evil.example\r\n\r\nbody"
    with post_office(tmp_path, tls="none") as office:
        ask_for_reset(session, cast, "bob")
        sending = mailing(config, office, "none", organisation=evil)
        outbox.notify(
            session,
            sending,
            user,
            subject=text("%(email)s", email=evil),
            body=text("%(email)s", email=evil),
        )
        session.commit()
        work(sending)
    assert len(office.received) == 2
    for mail in office.received:
        assert mail["Bcc"] is None
        assert len(mail.get_all("To", [])) == 1
        assert "\n" not in mail["Subject"]
    assert office.recipients == ["bob@example.org"] * 2
    assert "Bob Bcc: x@evil.example http://evil" in office.text(0)


def test_a_server_that_asks_to_wait_is_asked_again_later_and_later(
    config: Config, session: Session, cast: Cast, tmp_path: Path
) -> None:
    with post_office(tmp_path) as office, time_machine.travel(now(), tick=False) as clock:
        office.answers = ["451 not now", "421 closing", "451 not now"]
        ask_for_reset(session, cast)
        sending = mailing(config, office)
        for wait in (30, 60, 120):
            work(sending)
            assert office.received == []
            clock.shift(wait - 1)
            work(sending)
            assert states(session) == [JobState.QUEUED]
            clock.shift(2)
        work(sending)
        assert states(session) == [JobState.DONE]
    assert len(office.received) == 1
    usable = [row for row in session.scalars(select(OneTimeLink)) if row.used_at is None]
    assert len(usable) == 1


def test_a_mail_that_is_refused_for_good_is_not_sent_again(
    config: Config, session: Session, cast: Cast, tmp_path: Path
) -> None:
    with post_office(tmp_path) as office:
        office.answers = ["554 never"]
        ask_for_reset(session, cast)
        work(mailing(config, office))
        assert states(session) == [JobState.FAILED]
        assert office.received == []


def test_a_certificate_of_somebody_else_gets_no_mail(
    config: Config, session: Session, cast: Cast, tmp_path: Path
) -> None:
    with post_office(tmp_path, host="127.0.0.9") as office:
        ask_for_reset(session, cast)
        work(mailing(config, office))
        work(mailing(config, office, smtp_ca_file=None))
        assert states(session) == [JobState.QUEUED]
        assert office.received == []


def test_a_server_without_encryption_gets_no_mail_when_encryption_is_set(
    config: Config, session: Session, cast: Cast, tmp_path: Path
) -> None:
    with post_office(tmp_path, tls="none") as office:
        ask_for_reset(session, cast)
        work(mailing(config, office, smtp_ca_file=None))
        assert states(session) == [JobState.QUEUED]
        assert office.received == []


@pytest.mark.parametrize(("password", "state"), [(PASSWORD, "done"), ("wrong", "queued")])
def test_the_server_may_ask_for_a_name_and_a_password(
    config: Config, session: Session, cast: Cast, tmp_path: Path, password: str, state: str
) -> None:
    with post_office(tmp_path, auth=True) as office:
        ask_for_reset(session, cast)
        work(mailing(config, office, smtp_user=USER, smtp_password=password))
        assert states(session) == [JobState(state)]


def test_nobody_gets_no_mail_and_the_job_is_done(
    config: Config, session: Session, cast: Cast, tmp_path: Path
) -> None:
    with post_office(tmp_path) as office:
        outbox.queue(session, Letter.RESET, None)
        closed = ask_for_reset(session, cast)
        closed.is_active = False
        session.commit()
        work(mailing(config, office))
        assert states(session) == [JobState.DONE] * 2
        assert office.received == []
