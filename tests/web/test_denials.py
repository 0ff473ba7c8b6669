"""Every refusal leaves one line in the log: who, from where, what, why; and nothing secret."""

from __future__ import annotations

import json
import logging

import pytest

from checklist_app.json_logs import JsonFormatter
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
