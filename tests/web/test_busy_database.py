"""While a large import holds SQLite, pages are shown, and what cannot be saved is told so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import make_url, select, update
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.alerts import SecurityKind
from checklist_app.models import SecurityEvent, UserSession, database
from checklist_app.services.clock import now
from checklist_app.services.flood import FloodGate
from checklist_app.services.resources import Resources
from checklist_app.web.watch import GATE
from tests.cast import Cast, make_checklist
from tests.database import SERVER
from tests.web.api.program import Program, tokens_of
from tests.web.auth.test_rotation import token
from tests.web.conftest import Visit

pytestmark = pytest.mark.skipif(bool(SERVER), reason="MariaDB has locks for rows, not for all")
VERDICT = "/projects/banca/checklists/1/items/IN-01/verdict"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections of this test give up soon."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 60)


@contextmanager
def held(config: Config) -> Iterator[None]:
    """Hold the database as a writer does until its commit."""
    path = make_url(config.database_url).database or ""
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.execute("ROLLBACK")


def test_a_page_is_shown_also_when_the_time_of_the_visit_is_due(
    visit: Visit, config: Config, session: Session, cast: Cast
) -> None:
    alice = visit("alice")
    long_ago = now() - timedelta(minutes=5)
    session.execute(update(UserSession).values(last_seen_at=long_ago))
    session.commit()
    with held(config):
        assert alice.get("/projects/banca").status_code == 200
    assert session.query(UserSession).one().last_seen_at == long_ago
    session.rollback()
    assert alice.get("/projects/banca").status_code == 200
    assert session.query(UserSession).one().last_seen_at > long_ago


def test_what_cannot_be_saved_is_told_and_kept_in_the_page(
    visit: Visit, config: Config, session: Session, cast: Cast
) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()
    alice = visit("alice")
    form = {"outcome": "fail", "rationale": "An hour of work", "row_version": "1"}
    with held(config):
        answer = alice.post(VERDICT, form)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "La base de datos está ocupada" in answer.text
    assert "An hour of work" in answer.text
    assert alice.post(VERDICT, form).status_code == 303


def test_a_program_is_told_to_come_again(
    visit: Visit, config: Config, session: Session, cast: Cast
) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()
    app = visit("nobody").app
    alice = Program(app, tokens_of(app, cast.alice).access_token)
    body = {"language": "es", "checklist_number": 1}
    with held(config):
        answer = alice.post("projects/banca/reports", body)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "ocupada" in answer.get_json()["detail"]
    assert alice.post("projects/banca/reports", body).status_code == 202


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[Resources]:
    """Give what grows by one with each hasty look whether the database is free."""
    seen: list[Resources] = []
    look: Callable[[Resources], Session] = Resources.hasty_session

    def counted(resources: Resources) -> Session:
        seen.append(resources)
        return look(resources)

    monkeypatch.setattr(Resources, "hasty_session", counted)
    return seen


def test_a_refusal_waits_for_no_writer_and_is_written_with_a_later_request(
    visit: Visit,
    config: Config,
    session: Session,
    cast: Cast,
    tries: list[Resources],
    caplog: pytest.LogCaptureFixture,
) -> None:
    charlie, nobody = visit("charlie"), visit("nobody")
    seconds = [0.0]
    charlie.app.extensions[GATE] = FloodGate(clock=lambda: seconds[0])
    denied = select(SecurityEvent.user_id).where(SecurityEvent.kind == SecurityKind.DENIED)
    tries.clear()
    with held(config):
        assert charlie.get("/projects/banca").status_code == 404
        for _ in range(5):
            assert nobody.get("/healthz").status_code == 200
        assert len(tries) == 1
        seconds[0] = 1.0
        for _ in range(5):
            assert nobody.get("/healthz").status_code == 200
        assert len(tries) == 2
    assert caplog.messages.count("security events wait for the database") == 1
    assert session.scalars(denied).all() == []
    session.rollback()
    assert nobody.get("/healthz").status_code == 200
    seconds[0] = 2.0
    assert nobody.get("/healthz").status_code == 200
    assert nobody.get("/healthz").status_code == 200
    assert session.scalars(denied).all() == [cast.charlie.user_id]


def test_a_new_token_waits_for_the_first_page_that_it_can_be_written_for(
    visit: Visit, config: Config, cast: Cast
) -> None:
    vera, alice = visit("vera"), visit("alice")
    before = token(vera)
    alice.post(f"/projects/banca/members/{cast.vera.user_id}/role", {"role": "reviewer"})
    with held(config):
        assert vera.get("/projects/banca").status_code == 200
    assert token(vera) == before
    assert vera.get("/projects/banca").status_code == 200
    assert token(vera) != before
    assert vera.get("/projects/banca").status_code == 200


def test_a_database_that_is_written_to_is_ready_all_the_same(visit: Visit, config: Config) -> None:
    with held(config):
        told = visit("nobody").get("/readyz").json
    assert told is not None
    assert (told["checks"]["database"], told["checks"]["migrations"]) == ("ok", "ok")
