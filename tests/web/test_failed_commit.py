"""What fails only at the commit is told as if it had failed before, and nobody is signed out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from checklist_app.services.resources import Resources
from tests.cast import PASSWORD, Cast, make_checklist
from tests.web.api.program import Program, tokens_of
from tests.web.conftest import Visit
from tests.web.test_faults import away

VERDICT = "/projects/banca/checklists/1/items/IN-01/verdict"
FORM = {"outcome": "fail", "rationale": "An hour of work", "row_version": "1"}
FULL = OperationalError("COMMIT", {}, Exception("database or disk is full"))
LOCKED = OperationalError("COMMIT", {}, Exception("database is locked"))
RACE = IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: verdict.id"))
UNKNOWN = OperationalError("COMMIT", {}, Exception("disk I/O error"))
NEW = "grapa violeta nube tambor"


@pytest.fixture(autouse=True)
def as_in_production(app: Flask) -> None:
    """Errors become answers."""
    app.config["PROPAGATE_EXCEPTIONS"] = False


@contextmanager
def commits_fail(app: Flask, error: Exception, *, at: str) -> Iterator[None]:
    """Let every commit of the app that has something to write fail.

    Args:
        app: whose database it is.
        error: what is raised.
        at: ``flush`` for the statements of the last moment, ``commit`` for the commit itself.
    """
    resources: Resources = app.extensions["checklist_resources"]
    target: object = resources.sessions if at == "flush" else resources.engine
    name = "before_commit" if at == "flush" else "commit"
    wrote: list[object] = []

    def note(_session: Session, _context: object) -> None:
        wrote.append(_session)

    def fail(_target: object) -> None:
        if wrote:
            raise error

    event.listen(resources.sessions, "after_flush", note)
    event.listen(target, name, fail)
    try:
        yield
    finally:
        event.remove(target, name, fail)
        event.remove(resources.sessions, "after_flush", note)


@pytest.mark.parametrize("at", ["flush", "commit"])
@pytest.mark.parametrize(
    ("error", "status"), [(FULL, 507), (LOCKED, 503), (RACE, 409), (UNKNOWN, 500)]
)
def test_a_page_keeps_what_was_typed(
    visit: Visit, session: Session, cast: Cast, at: str, error: Exception, status: int
) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()
    alice = visit("alice")
    with commits_fail(alice.app, error, at=at):
        answer = alice.post(VERDICT, FORM)
    assert answer.status_code == status
    assert '<html lang="es"' in answer.text
    assert "An hour of work" in answer.text
    assert alice.get("/projects/banca").status_code == 200
    assert alice.post(VERDICT, FORM).status_code == 303


def test_a_program_is_told_so_as_well(app: Flask, session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()
    alice = Program(app, tokens_of(app, cast.alice).access_token)
    body = {"outcome": "fail", "rationale": "An hour of work"}
    address = "projects/banca/checklists/1/items/IN-01/verdicts"
    with commits_fail(app, FULL, at="commit"):
        answer = alice.post(address, body, If_Match="*")
    assert answer.status_code == 507
    assert answer.mimetype == "application/problem+json"
    assert "Set-Cookie" not in answer.headers
    assert alice.post(address, body, If_Match="*").status_code == 201


def test_a_browser_keeps_the_token_that_still_counts(visit: Visit) -> None:
    bob = visit("bob")
    form = {"password": NEW, "repeat": NEW, "current": PASSWORD}
    with commits_fail(bob.app, FULL, at="commit"):
        answer = bob.post("/account", form)
    assert answer.status_code == 507
    assert "Su contraseña ha cambiado" not in answer.text
    page = bob.get("/account")
    assert page.status_code == 200
    assert bob.post("/account", form).status_code == 303


def test_a_browser_that_was_to_come_in_or_go_out_stays_where_it_was(visit: Visit) -> None:
    nobody, alice = visit("nobody"), visit("alice")
    form = {"email": "alice@example.org", "password": PASSWORD}
    with commits_fail(alice.app, FULL, at="commit"):
        assert nobody.post("/sign-in", form).status_code == 507
        assert alice.post("/sign-out").status_code == 507
    assert alice.get("/account").status_code == 200
    assert nobody.get("/account").status_code == 303
    assert nobody.post("/sign-in", form).status_code == 303
    assert nobody.get("/account").status_code == 200


def test_a_program_reads_the_last_words_where_not_even_its_language_is_known(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Program(app, tokens_of(app, cast.alice).access_token)
    monkeypatch.setattr("checklist_app.services.access_tokens.resume", away)
    answer = alice.get("projects")
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert "secret" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
