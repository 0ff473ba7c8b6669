"""Secrets sent to every route end in no log line and in no security event; lines stay lines."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask
from limits.storage import MemoryStorage
from sqlalchemy import select

from checklist_app.json_logs import JsonFormatter
from checklist_app.models import SecurityEvent
from checklist_app.services.resources import Resources
from checklist_app.web.extensions import limiter
from tests.cast import Cast
from tests.web.visitor import Visitor

CANARY = "kanarienvogelgeheimnis"
FIELDS = (
    "password",
    "current",
    "repeat",
    "code",
    "token",
    "refresh_token",
    "credential",
    "secret",
    "recovery_code",
)


@pytest.mark.parametrize("who", ["nobody", "alice", "ada"])
def test_no_route_writes_a_secret_down(
    app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture, who: str
) -> None:
    caplog.set_level(logging.INFO)
    visitor = Visitor(app, None if who == "nobody" else cast.people[who])
    body = {name: f"{CANARY}-{name}" for name in FIELDS}
    body["email"] = "alice@example.org"
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ("auth.sign_out", "static", "bootstrap.static"):
            continue
        values = {
            name: f"{CANARY}-in-the-path" if name in ("token", "code") else 1
            for name in rule.arguments
        }
        values.update({"slug": "banca"} if "slug" in rule.arguments else {})
        with app.test_request_context():
            built = rule.build(values, append_unknown=False)
        assert built is not None
        if built[1].startswith("/api/"):
            visitor.client.open(
                f"{built[1]}?access_token={CANARY}",
                method=min(set(rule.methods or ()) - {"HEAD", "OPTIONS"}),
                headers={"Authorization": f"Bearer {CANARY}"},
                json=body,
                buffered=True,
            )
            continue
        visitor.client.get(f"{built[1]}?token={CANARY}", buffered=True)
        visitor.post(built[1], body, Cookie2=CANARY)
        visitor.post(built[1], body, token=False)
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert len(lines) > 20
    assert [line for line in lines if CANARY in line] == []
    assert [line for line in lines if "\n" in line or "\r" in line] == []
    resources: Resources = app.extensions["checklist_resources"]
    with resources.sessions() as session:
        told = [repr(vars(row)) for row in session.scalars(select(SecurityEvent))]
    assert told
    assert [row for row in told if CANARY in row] == []


@pytest.mark.parametrize(
    ("door", "as_json"), [("/sign-in", False), ("/forgot-password", False), ("/api/v1/token", True)]
)
def test_a_password_in_the_field_of_the_address_is_not_told_when_a_limit_is_met(
    app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture, door: str, *, as_json: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor = Visitor(app)
    for spelling in [CANARY, CANARY.upper()] * 10:
        form = {"email": f"{spelling}-2026!", "password": "x"}
        answer = visitor.client.post(door, json=form) if as_json else visitor.post(door, form)
    assert answer.status_code == 429
    lines = [JsonFormatter().format(record) for record in caplog.records]
    met = [line for line in lines if '"flask-limiter"' in line]
    assert met
    assert all("account:" in line for line in met)
    assert [line for line in lines if CANARY in line.lower()] == []
    assert isinstance(limiter.storage, MemoryStorage)
    assert [key for key in limiter.storage.events if CANARY in key.lower()] == []


def test_line_ends_cannot_forge_a_line(
    app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    Visitor(app, cast.charlie).get('/projects/banca%0d%0a{"level":"info"}/edit')
    Visitor(app, cast.charlie).get("/projects/banca")
    for record in caplog.records:
        line = JsonFormatter().format(record)
        assert "\n" not in line
        assert "\r" not in line
        json.loads(line)
