"""When the database refuses or is away, the reader still gets an answer with all its headers."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from checklist_app.blob_store import StoredBlob
from checklist_app.models import Blob
from checklist_app.services.clock import now
from tests.cast import Cast, make_checklist
from tests.web.conftest import Visit

ITEM = "/projects/banca/checklists/1/items/IN-01"


def away(*_: object, **__: object) -> None:
    raise OperationalError("SELECT 1", {}, Exception("mysql://root:secret@db is away"))


def test_losing_a_race_for_a_row_is_told_on_a_whole_page(
    visit: Visit, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_checklist(session, cast.access("alice"))
    session.add(Blob(sha256="0" * 64, size=1, created_at=now()))
    session.commit()

    def late(opened: Session, _blob: StoredBlob) -> str:
        opened.add(Blob(sha256="0" * 64, size=1, created_at=now()))
        opened.flush()
        return "0" * 64

    monkeypatch.setattr("checklist_app.services.reports.note_blob", late)
    answer = visit("alice").post("/projects/banca/reports", {"checklist": "1", "language": "es"})
    assert answer.status_code == 409
    assert '<html lang="es"' in answer.text
    assert "</html>" in answer.text


def test_a_full_database_is_told_as_a_full_disk(
    visit: Visit, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()

    def full(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    alice = visit("alice")
    monkeypatch.setattr("checklist_app.services.verdicts.audit.record", full)
    form = {"outcome": "fail", "rationale": "An hour of work", "row_version": "1"}
    answer = alice.post(f"{ITEM}/verdict", form)
    assert answer.status_code == 507
    assert "An hour of work" in answer.text


def test_without_a_database_a_few_words_and_the_headers_are_left(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = visit("alice")
    monkeypatch.setattr("checklist_app.services.sessions.resume", away)
    monkeypatch.setattr("checklist_app.web.languages.shell", away)
    for address in ("/", "/projects/banca", "/no-such-page"):
        answer = alice.get(address)
        assert answer.status_code == 503
        assert "inténtelo de nuevo" in answer.text
        assert "secret" not in answer.text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
