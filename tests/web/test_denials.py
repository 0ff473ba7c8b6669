"""Every refusal leaves one line in the log: who, from where, what, why; and nothing secret."""

from __future__ import annotations

import json
import logging

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from checklist_app.domain.alerts import SecurityKind
from checklist_app.json_logs import JsonFormatter
from checklist_app.models import SecurityEvent
from checklist_app.services import flood
from tests.cast import PASSWORD, Cast
from tests.web.conftest import Visit


def refusals(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """Return the lines that tell of a refusal, as they are written."""
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert not [line for line in lines if "\n" in line]
    return [line for line in map(json.loads, lines) if line["message"] == "refused"]


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("charlie", "/projects/banca", 404),
        ("charlie", "/admin/users", 403),
        ("vera", "/projects/banca/edit", 403),
    ],
)
def test_a_refused_page_is_written_down(
    visit: Visit, cast: Cast, caplog: pytest.LogCaptureFixture, name: str, path: str, status: int
) -> None:
    caplog.set_level(logging.INFO)
    assert visit(name).get(path).status_code == status
    (line,) = refusals(caplog)
    assert line["status"] == status
    assert line["user_id"] == cast.people[name].user_id
    assert line["path"] == path
    assert line["address"] == "127.0.0.1"
    assert line["request_id"]


def test_a_form_without_its_token_is_written_down(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    visit("alice").post("/projects/banca/edit", {"name": "x"}, token=False)
    (line,) = refusals(caplog)
    assert (line["status"], line["reason"]) == (400, "CSRFError")
    assert line["request_id"]


def test_a_throttled_sign_in_is_written_down_without_its_password(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    visitor = visit("nobody")
    for _ in range(11):
        visitor.post("/sign-in", {"email": "alice@example.org", "password": PASSWORD + "x"})
    (line,) = refusals(caplog)
    assert (line["status"], line["user_id"]) == (429, None)
    assert PASSWORD not in caplog.text


def test_what_a_stranger_sends_stays_in_its_line(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    visit("charlie").get("/projects/x%0d%0a%7B%22message%22:%22forged%22%7D")
    (line,) = refusals(caplog)
    assert "forged" in str(line["path"])


@pytest.mark.parametrize(
    "passing",
    [
        OperationalError("INSERT", {}, Exception(1213, "Deadlock found")),
        OperationalError("INSERT", {}, Exception("database or disk is full")),
    ],
)
def test_what_the_database_does_not_take_now_is_written_with_a_later_request(
    visit: Visit,
    session: Session,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    passing: OperationalError,
) -> None:
    charlie, nobody = visit("charlie"), visit("nobody")
    monkeypatch.setattr(flood, "PAUSE_SECONDS", 0.0)

    def refuse(*_: object) -> None:
        raise passing

    with monkeypatch.context() as trouble:
        trouble.setattr("checklist_app.web.watch.security_events.note", refuse)
        assert charlie.get("/projects/banca").status_code == 404
    assert nobody.get("/healthz").status_code == 200
    events = session.scalars(select(SecurityEvent)).all()
    assert [(event.kind, event.user_id) for event in events] == [
        (SecurityKind.DENIED, cast.charlie.user_id)
    ]
