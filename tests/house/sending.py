"""Sends the request of a cell, and reads what came of it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from checklist_app.domain.actor import Actor
from tests.chance import without_chance
from tests.house.principals import PRINCIPALS
from tests.house.walk import Cell, Person
from tests.house.world import World
from tests.web.api.program import tokens_of
from tests.web.visitor import Visitor

READING = frozenset({"GET", "HEAD"})

BODIES: dict[str, dict[str, Any]] = {
    "alerts.acknowledge": {"note": "x"},
    "alerts.set_rule": {"threshold": "5", "minutes": "5", "is_on": "on"},
    "api.webhooks.add": {"url": "https://hooks.example.org/", "events": ["verdict"]},
    "api.webhooks.change": {"url": "https://hooks.example.org/", "events": ["verdict"]},
    "webhooks.add": {"url": "https://hooks.example.org/", "events": "verdict"},
    "webhooks.change": {"url": "https://hooks.example.org/", "events": "verdict"},
    "system_webhooks.add": {"url": "https://hooks.example.org/", "events": "security_alert"},
    "system_webhooks.change": {"url": "https://hooks.example.org/", "events": "security_alert"},
    "api.gate.set_policy": {"no_unassessed": True},
    "auth.rename_passkey": {"name": "x"},
    "admin.set_role": {"role": "auditor"},
    "api.checklists.continue_": {"standard_id": 1, "name": "x"},
    "api.checklists.sign_off": {"statement": "x"},
    "api.evidence.attach_link": {"url": "https://example.org/x"},
    "api.evidence.attach_note": {"note": "x"},
    "api.finding_actions.act": {"kind": "reopen", "previewed": 64 * "0", "reason": "x"},
    "api.finding_actions.preview": {"kind": "reopen"},
    "api.groups.add_person": {"email": "zoe@example.org"},
    "api.groups.create": {"name": "x"},
    "api.items.assign": {"assignee_id": None},
    "api.items.record_verdict": {"outcome": "fail", "rationale": "x"},
    "api.members.set_role": {"role": "viewer"},
    "api.pipeline_tokens.make": {
        "name": "x",
        "scopes": ["gate:read"],
        "expires_on": "2031-01-01",
    },
    "api.project_groups.add": {"group_id": 1, "role": "viewer"},
    "api.project_groups.set_role": {"role": "owner"},
    "api.remediation.advance": {"status": "fixing"},
    "api.remediation.plan": {"plan": "x", "owner_id": 1, "due_on": "2031-01-01"},
    "api.reviews.decide": {"verdict_number": 1, "decision": "accepted"},
    "api.waivers.grant": {"justification": "x", "expires_on": "2031-01-01"},
    "auth.sign_in": {"email": "x@example.org", "password": "x"},
    "checklists.preview": {"text": "**x**"},
    "checklists.record_verdict": {"outcome": "fail", "rationale": "x", "row_version": "2"},
    "checklists.review": {"verdict_number": "1", "decision": "accepted"},
    "checklists.assign": {"assignee_id": "", "due_on": ""},
    "evidence.attach": {"kind": "note", "note": "x", "title": "x"},
    "finding_actions.act": {"kind": "reopen", "which": "all", "reason": "x"},
    "finding_actions.preview": {"kind": "reopen", "which": "all"},
    "findings.correct": {"requirement": "IN-01"},
    "groups.add_person": {"email": "zoe@example.org"},
    "jobs.retry": {},
    "members.add_group": {"role": "viewer", "group_id": "1"},
    "members.change_group_role": {"role": "owner"},
    "members.change_role": {"role": "viewer"},
    "personal_data.erase": {"email": "vera@example.org"},
    "remediation.advance": {"status": "fixing"},
    "remediation.save": {"plan": "x", "owner_id": "1", "due_on": "2031-01-01", "row_version": "1"},
    "sign_in_policy.change": {"second_factor": "optional"},
    "tokens.make": {"name": "x", "scopes": "gate:read", "expires_on": "2031-01-01"},
    "waivers.grant": {"justification": "x", "expires_on": "2031-01-01"},
}
"""What a form, or a body, must hold for its view to come as far as looking for the object."""

UPLOADS = frozenset({"api.evidence.attach_files", "api.scans.upload"})
"""Operations whose body is a form with files."""


def send(client: FlaskClient, app: Flask, person: Person, cell: Cell, **body: str) -> TestResponse:
    """Send the request of a cell; the browser keeps nothing of the answer."""
    address = address_of(app, cell)
    if cell.is_operation:
        named = {"If-Match": "*"} if cell.method not in READING else {}
        if person.token:
            named["Authorization"] = f"Bearer {person.token}"
        sent: dict[str, Any] = {"json": BODIES.get(cell.rule.endpoint)}
        if cell.rule.endpoint in UPLOADS:
            sent = {"data": {"files": (BytesIO(b"x"), "x.txt")}}
        return client.open(address, method=cell.method, headers=named, **sent, buffered=True)
    if cell.method in READING:
        return client.open(address, method=cell.method, headers=person.credentials, buffered=True)
    fields = {**BODIES.get(cell.rule.endpoint, {}), "csrf_token": person.form_token, **body}
    return client.open(
        address, method=cell.method, data=fields, headers=person.credentials, buffered=True
    )


def address_of(app: Flask, cell: Cell) -> str:
    """Return the address of a cell."""
    _, path = cell.rule.build(cell.values, append_unknown=False) or ("", "")
    return path


def outcome(answer: TestResponse, cell: Cell) -> str:
    """Say what an answer means, in the words of :class:`Cell`."""
    status = answer.status_code
    if status in (403, 404, 405) or (status == 409 and cell.expected == "409"):
        return str(status)
    if status == 401 or "/sign-in?next=" in answer.headers.get("Location", ""):
        return "sign in"
    if status < 500:
        return "allowed"
    is_health = status == 503 and cell.rule.endpoint.startswith("health.")
    return "allowed" if is_health else "broken"


def body_of(answer: TestResponse) -> str:
    """Return the body as text, also when it is a picture."""
    return answer.get_data().decode("utf-8", "replace")


def comparable(answer: TestResponse, address: str) -> tuple[int, str, str]:
    """Return what a reader could tell apart, without tokens and the address itself."""
    told = f"{answer.headers.get('Location', '')}\n{body_of(answer)}"
    told = told.replace(quote(address, safe=""), "ADDRESS").replace(address, "ADDRESS")
    return answer.status_code, answer.headers.get("Content-Type", ""), without_chance(told)


def with_new_token(app: Flask, person: Person) -> Person:
    """Return somebody with a token of now: one lives ten minutes, and the matrix is large."""
    if person.actor is None:
        return person
    return replace(person, token=tokens_of(app, person.actor).access_token)


def make_person(app: Flask, name: str, actor: Actor | None, world: World) -> Person:
    """Return a principal with an open session."""
    visitor = Visitor(app, actor)
    token = visitor.form_token()
    kept = visitor.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert kept is not None
    return Person(
        name=name,
        principal=PRINCIPALS[name],
        actor=actor,
        places=world.places,
        cookie=f"{kept.key}={kept.value}",
        form_token=token,
        token="",
    )
