"""The walk: every rule of the address map, every method, every person, every kind of object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from checklist_app.domain.actor import Actor
from checklist_app.domain.vocabulary import OrganisationRole, Role
from tests.house.policy import POLICY, Audience, is_enough
from tests.house.world import World
from tests.web.api.program import tokens_of
from tests.web.visitor import Visitor

GLOBAL = frozenset({"key", "version", "token", "code", "filename", "cwe", "general_id"})
"""Parameters of things that are the same for everybody."""
BODIES: dict[str, dict[str, Any]] = {
    "auth.rename_passkey": {"name": "x"},
    "auth.sign_in": {"email": "x@example.org", "password": "x"},
    "checklists.preview": {"text": "**x**"},
    "checklists.record_verdict": {"outcome": "fail", "rationale": "x", "row_version": "2"},
    "checklists.assign": {"assignee_id": "", "due_on": ""},
    "evidence.attach": {"kind": "note", "note": "x", "title": "x"},
    "findings.correct": {"requirement": "IN-01"},
    "jobs.retry": {},
    "admin.set_role": {"role": "auditor"},
    "projects.change_role": {"role": "viewer"},
    "remediation.advance": {"status": "fixing"},
    "remediation.save": {"plan": "x", "owner_id": "1", "due_on": "2031-01-01", "row_version": "1"},
    "sign_in_policy.change": {"second_factor": "optional"},
    "tokens.make": {"name": "x", "scopes": "gate:read", "expires_on": "2031-01-01"},
    "waivers.grant": {"justification": "x", "expires_on": "2031-01-01"},
}
"""What a form, or a body, must hold for its view to come as far as looking for the object."""


@dataclass(frozen=True)
class Person:
    """Somebody who tries doors. ``role`` is the one in ``home``, the world of their project."""

    name: str
    actor: Actor | None
    signed_in: bool
    organisation_role: OrganisationRole
    role: Role | None
    home: dict[str, Any] | None
    away: dict[str, Any]
    cookie: str
    form_token: str
    token: str

    @property
    def is_stranger(self) -> bool:
        """Whether Alice's project is none of their business."""
        return self.home is None or self.home["number"] == 41


@dataclass(frozen=True)
class Cell:
    """One request and what must come of it: ``sign in``, ``403``, ``404`` or ``allowed``."""

    rule: Rule
    method: str
    case: str
    values: dict[str, Any]
    expected: str

    @property
    def is_operation(self) -> bool:
        """Whether it is of the interface for programs, which knows tokens and no cookies."""
        return self.rule.rule.startswith("/api/v1/")

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} ({self.case}) must be {self.expected}"


def cells(app: Flask, person: Person, world: World) -> Iterator[Cell]:
    """Yield every cell of one person."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for case, sources in _cases(rule, person):
                picked = {
                    name: _value(world, person, rule, name, source)
                    for name, source in sources.items()
                }
                expected = _expected(rule, method, person, sources)
                yield Cell(rule, method, case, picked, expected)


def send(client: FlaskClient, app: Flask, person: Person, cell: Cell, **body: str) -> TestResponse:
    """Send the request of a cell; the browser keeps nothing of the answer."""
    headers = {"Cookie": person.cookie} if person.cookie else {}
    address = address_of(app, cell)
    if cell.is_operation:
        told = {"Authorization": f"Bearer {person.token}", "If-Match": "*"}
        named = told if person.token else {}
        json = BODIES.get(cell.rule.endpoint)
        return client.open(address, method=cell.method, headers=named, json=json, buffered=True)
    if cell.method == "GET":
        return client.get(address, headers=headers, buffered=True)
    fields = {**BODIES.get(cell.rule.endpoint, {}), "csrf_token": person.form_token, **body}
    return client.post(address, data=fields, headers=headers, buffered=True)


def address_of(app: Flask, cell: Cell) -> str:
    """Return the address of a cell."""
    _, path = cell.rule.build(cell.values, append_unknown=False) or ("", "")
    return path


def outcome(answer: TestResponse) -> str:
    """Say what an answer means, in the words of :class:`Cell`."""
    if answer.status_code in (403, 404):
        return str(answer.status_code)
    if answer.status_code == 401 or "/sign-in?next=" in answer.headers.get("Location", ""):
        return "sign in"
    if answer.status_code < 500 and answer.status_code != 405:
        return "allowed"
    return "allowed" if answer.status_code == 503 and answer.is_json else "broken"


def body_of(answer: TestResponse) -> str:
    """Return the body as text, also when it is a picture."""
    return answer.get_data().decode("utf-8", "replace")


def comparable(answer: TestResponse, address: str) -> tuple[int, str, str]:
    """Return what a reader could tell apart, without tokens and the address itself."""
    told = f"{answer.headers.get('Location', '')}\n{body_of(answer)}"
    told = told.replace(quote(address, safe=""), "ADDRESS").replace(address, "ADDRESS")
    told = re.sub(r'(name="csrf[_-]token" (?:value|content)=")[^"]*', r"\1", told)
    told = re.sub(r"\b[0-9a-f]{32}\b", "REQUEST", told)
    return answer.status_code, answer.headers.get("Content-Type", ""), told


def make_person(app: Flask, name: str, actor: Actor | None, world: World) -> Person:
    """Return somebody of the cast with an open session, and where they are at home."""
    visitor = Visitor(app, actor)
    token = visitor.form_token()
    kept = visitor.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert kept is not None
    roles = {
        "vera": Role.VIEWER,
        "carla": Role.CONTRIBUTOR,
        "bob": Role.REVIEWER,
        "martha": Role.MANAGER,
        "otto": Role.VIEWER,
        "alice": Role.OWNER,
        "charlie": Role.OWNER,
    }
    home = None if name not in roles else world.ajeno if name == "charlie" else world.banca
    return Person(
        name=name,
        actor=actor,
        signed_in=name not in ("nobody", "dora"),
        organisation_role=actor.organisation_role if actor else OrganisationRole.MEMBER,
        role=roles.get(name),
        home=home,
        away=world.ajeno if home is world.banca else world.banca,
        cookie=f"{kept.key}={kept.value}",
        form_token=token,
        token=tokens_of(app, actor).access_token if actor is not None else "",
    )


def _cases(rule: Rule, person: Person) -> Iterator[tuple[str, dict[str, str]]]:
    names = sorted(rule.arguments)
    if not names:
        yield "plain", {}
        return
    for source in ("own", "foreign", "missing"):
        if person.home is not None or source != "own":
            yield source, dict.fromkeys(names, source)
    if person.home is not None and len(names) > 1 and not set(names) <= GLOBAL:
        for name in names:
            for source in ("foreign", "missing"):
                yield f"own but {source} {name}", {**dict.fromkeys(names, "own"), name: source}
    if "slug" in names and len(names) > 1:
        yield "foreign but missing below", {**dict.fromkeys(names, "missing"), "slug": "foreign"}


def _value(world: World, person: Person, rule: Rule, name: str, source: str) -> Any:
    key = "report_number" if name == "number" and "/reports/" in rule.rule else name
    if source == "missing":
        return world.missing[key]
    if rule.endpoint == "bootstrap.static":
        return "css/bootstrap.min.css"
    place = person.home if source == "own" and person.home is not None else person.away
    return place[key]


def _expected(rule: Rule, method: str, person: Person, sources: dict[str, str]) -> str:
    audience = POLICY[rule.endpoint]
    exists = all(
        source == "own" or (source == "foreign" and (name in GLOBAL or _is_account(rule, name)))
        for name, source in sources.items()
    )
    found = "allowed" if exists else "404"
    if audience is Audience.EVERYBODY or not person.signed_in:
        return found if audience is Audience.EVERYBODY else "sign in"
    if isinstance(audience, Audience):
        return found if _is_let_in(person.organisation_role, audience) else "403"
    reads_all = person.organisation_role is OrganisationRole.AUDITOR
    readable = ("own", "foreign") if reads_all else ("own",)
    if sources["slug"] not in readable or person.role is None:
        return "404"
    if reads_all:  # two projects are theirs to read: what is of one is missing from the other
        found = "allowed" if _are_together(sources) else "404"
    return found if is_enough(person.role, audience) else "403"


def _is_let_in(role: OrganisationRole, audience: Audience) -> bool:
    return {
        Audience.SIGNED_IN: True,
        Audience.NO_AUDITOR: role is not OrganisationRole.AUDITOR,
        Audience.ADMINISTRATOR: role is OrganisationRole.ADMINISTRATOR,
    }[audience]


def _are_together(sources: dict[str, str]) -> bool:
    return set(sources.values()) in ({"own"}, {"foreign"})


def _is_account(rule: Rule, name: str) -> bool:
    return name == "user_id" and rule.endpoint.startswith(("admin.", "sign_in_policy."))
