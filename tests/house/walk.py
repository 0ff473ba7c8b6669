"""The walk: every rule of the address map, every method, every principal, every kind of object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import product
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from checklist_app.domain.actor import Actor
from checklist_app.domain.vocabulary import OrganisationRole, Role
from tests.house.policy import (
    LEFT_WHEN_ARCHIVED,
    OPEN_TO_PIPELINES,
    POLICY,
    Audience,
    is_enough,
)
from tests.house.principals import ARCHIVO, BANCA, PLACES, PRINCIPALS, Principal
from tests.house.world import World
from tests.web.api.program import tokens_of
from tests.web.visitor import Visitor

GLOBAL = frozenset(
    {
        "key",
        "version",
        "token",
        "code",
        "filename",
        "cwe",
        "general_id",
        "alert_id",
        "rule",
        "system_hook_id",
        "message_id",
    }
)
"""Parameters of things that are the same for everybody."""
PERSONAL = frozenset({"identity_id", "passkey_id", "session_id"})
"""Parameters of what belongs to one person, whatever their projects."""
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
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


@dataclass(frozen=True)
class Person:
    """A principal with what they show at the door, and what is behind which."""

    name: str
    principal: Principal
    actor: Actor | None
    places: dict[str, dict[str, Any]]
    cookie: str
    form_token: str
    token: str
    own: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)

    @property
    def home(self) -> dict[str, Any] | None:
        """The parameters of their own project."""
        return self.places.get(self.principal.home)

    @property
    def credentials(self) -> dict[str, str]:
        """The headers that say who they are."""
        shown = {"Cookie": self.cookie} if self.cookie else {}
        if self.principal.is_pipeline:
            # The cookie is nobody's: it carries what a form token has to match.
            shown["Authorization"] = f"Bearer {self.token}"
        return shown

    def value(self, name: str, place: str) -> Any:
        """Return what stands in an address for a parameter of a place."""
        if name in PERSONAL:
            return (self.own if place == self.principal.home else self.others)[name]
        return self.places[place][name]


@dataclass(frozen=True)
class Cell:
    """One request and what must come of it.

    ``expected`` is ``sign in``, ``403``, ``404``, ``405``, ``409`` (archived) or ``allowed``.
    """

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


TRY_WHAT_NO_RULE_KNOWS = frozenset({"nobody", "alice", "ada", "pipeline"})
"""Who sends methods that an address does not know: a stranger, a member, an administrator and a
program. No permission is asked there, and the answer is the same for all who are alike."""


def cells(app: Flask, person: Person, world: World) -> Iterator[Cell]:
    """Yield every cell of one person."""
    answered: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        answered.setdefault(rule.rule, set()).update(rule.methods or ())
    for rule in app.url_map.iter_rules():
        for method in METHODS:
            if method not in (rule.methods or ()):
                if method in answered[rule.rule] or person.name not in TRY_WHAT_NO_RULE_KNOWS:
                    continue  # known to another rule of this address, or tried by others
                place = person.principal.home or PLACES[0]
                values = _values(world, person, rule, dict.fromkeys(rule.arguments, place))
                yield Cell(rule, method, "no such method", values, "405")
                continue
            for case, sources in _cases(rule, person.principal):
                values = _values(world, person, rule, sources)
                yield Cell(rule, method, case, values, _expected(rule, person.principal, sources))


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


def foreign_marks(person: Person, world: World) -> list[str]:
    """Return the words that no answer to this person may hold."""
    return [mark for place, mark in world.marks.items() if place not in person.principal.roles]


def comparable(answer: TestResponse, address: str) -> tuple[int, str, str]:
    """Return what a reader could tell apart, without tokens and the address itself."""
    told = f"{answer.headers.get('Location', '')}\n{body_of(answer)}"
    told = told.replace(quote(address, safe=""), "ADDRESS").replace(address, "ADDRESS")
    told = re.sub(r'(name="csrf[_-]token"[^>]* (?:value|content)=")[^"]*', r"\1", told)
    told = re.sub(r"\b[0-9a-f]{32}\b", "REQUEST", told)
    return answer.status_code, answer.headers.get("Content-Type", ""), told


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


def _cases(rule: Rule, principal: Principal) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield where each parameter comes from: one project, another, or nowhere."""
    names = sorted(rule.arguments)
    if not names:
        yield "plain", {}
        return
    places = PLACES if "slug" in names else PLACES[:2]
    for source in (*places, "missing"):
        yield source, dict.fromkeys(names, source)
    if len(names) > 1 and not set(names) <= GLOBAL:
        # Without a project of one's own, no place is more one's own than another.
        yield from _mixed(names, places, places if principal.home else places[:1])


def _mixed(
    names: list[str], places: tuple[str, ...], bases: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield addresses with one part from elsewhere: each part, each place, both directions."""
    for base, name, source in product(bases, names, (*places, "missing")):
        if source != base:
            yield f"{base} but {name} of {source}", {**dict.fromkeys(names, base), name: source}


def _values(world: World, person: Person, rule: Rule, sources: dict[str, str]) -> dict[str, Any]:
    return {name: _value(world, person, rule, name, source) for name, source in sources.items()}


def _value(world: World, person: Person, rule: Rule, name: str, source: str) -> Any:
    key = "report_number" if name == "number" and "/reports/" in rule.rule else name
    if source == "missing":
        return world.missing[key]
    if rule.endpoint == "bootstrap.static":
        return "css/bootstrap.min.css"
    return person.value(key, source)


def _expected(rule: Rule, principal: Principal, sources: dict[str, str]) -> str:
    audience = POLICY[rule.endpoint]
    is_shut_out = principal.is_pipeline and not rule.rule.startswith("/api/v1/")
    if audience is Audience.EVERYBODY or is_shut_out or not principal.signed_in:
        found = "404" if "missing" in sources.values() else "allowed"
        return found if audience is Audience.EVERYBODY else "sign in"
    if principal.is_pipeline:
        return _for_pipeline(rule, principal, audience, sources)
    if isinstance(audience, Audience):
        is_let_in = _is_let_in(principal.organisation_role, audience)
        return _outside(rule, principal, sources) if is_let_in else "403"
    return _inside(rule, principal.roles.get(sources["slug"]), audience, sources)


def _for_pipeline(
    rule: Rule, principal: Principal, audience: Audience | Role, sources: dict[str, str]
) -> str:
    """Return what comes of an operation for a program with the token of one project."""
    opens = OPEN_TO_PIPELINES if principal.opens is None else principal.opens
    is_listed = rule.endpoint in opens
    if isinstance(audience, Audience):
        return _outside(rule, principal, sources) if is_listed else "403"
    role = principal.roles.get(sources["slug"])
    reads = principal.opens is None and audience is Role.VIEWER
    if role is not None and not is_listed and not reads:
        return "403"
    return _inside(rule, role, audience, sources)


def _inside(rule: Rule, role: Role | None, least: Role, sources: dict[str, str]) -> str:
    """Return what comes of an address inside a project, for whoever is ``role`` there."""
    together = {place for name, place in sources.items() if name not in GLOBAL}
    if sources["slug"] == ARCHIVO and rule.endpoint == "api.members.show":
        together -= {BANCA}  # whom its addresses name takes part in the archived project too
    if role is None:
        return "404"
    if not is_enough(role, least):
        return "403"
    is_left = least is Role.VIEWER or rule.endpoint in LEFT_WHEN_ARCHIVED
    if sources["slug"] == ARCHIVO and not is_left:
        return "409"
    return "allowed" if len(together) == 1 else "404"


def _outside(rule: Rule, principal: Principal, sources: dict[str, str]) -> str:
    """Return what comes of an address outside any project, for whoever may use it."""
    found = set(sources.values())
    if PERSONAL & set(sources):
        return "allowed" if found == {principal.home} else "404"
    if "missing" in found:
        return "404"
    # A person is in the group of their own place alone, and an area in its own standard.
    is_apart = rule.endpoint.endswith("groups.remove_person") and len(found) > 1
    is_apart = is_apart or sources.get("area", "") not in ("", sources.get("key"))
    return "404" if is_apart else "allowed"


def _is_let_in(role: OrganisationRole, audience: Audience) -> bool:
    return {
        Audience.SIGNED_IN: True,
        Audience.NO_AUDITOR: role is not OrganisationRole.AUDITOR,
        Audience.ADMINISTRATOR: role is OrganisationRole.ADMINISTRATOR,
        Audience.OVERSEER: role in (OrganisationRole.ADMINISTRATOR, OrganisationRole.AUDITOR),
    }[audience]


def _are_together(sources: dict[str, str]) -> bool:
    return set(sources.values()) in ({"own"}, {"foreign"})


def _is_account(rule: Rule, name: str) -> bool:
    return name == "user_id" and rule.endpoint.startswith(("admin.", "sign_in_policy."))
