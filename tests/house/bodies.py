"""Keys of another project in the body of a form or an operation, and how they are answered."""

from __future__ import annotations

from typing import Any

from flask import url_for

from tests.house.conftest import House
from tests.house.principals import AJENO, ARCHIVO, BANCA
from tests.house.sending import body_of, with_new_token
from tests.house.walk import Person
from tests.house.walker import undone

PLAN = {"plan": "x", "due_on": "2031-01-01"}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "api.finding_actions.act": (
        "findings",
        {"kind": "reopen", "previewed": 64 * "0", "reason": "x"},
    ),
    "api.finding_actions.preview": ("findings", {"kind": "reopen"}),
    "api.items.assign": ("assignee_id", {}),
    "api.remediation.plan": ("owner_id", PLAN),
    "api.reports.order": ("checklist_number", {"language": "es"}),
    "checklists.assign": ("assignee_id", {}),
    "evidence.link_existing": ("evidence_id", {}),
    "finding_actions.act": ("finding", {"kind": "reopen", "which": "ticked", "reason": "x"}),
    "finding_actions.preview": ("finding", {"kind": "reopen", "which": "ticked"}),
    "remediation.save": ("owner_id", {**PLAN, "row_version": "1"}),
    "reports.create": ("checklist", {"language": "es"}),
}
"""Forms and operations with a key in their body: its name, and what has to stand beside it."""
ELSEWHERE = [("charlie", BANCA), ("charlie", ARCHIVO), ("alice", AJENO), ("alice", ARCHIVO)]
"""Who sends keys of which project into their own; Alice is a member of the archived one."""


def foreign_value(house: House, place: str, field: str) -> Any:
    """Return what a field would hold in another project."""
    there = house.world.places[place]
    account = there["user_id"]
    values = {
        "owner_id": account,
        "assignee_id": account,
        "checklist": there["number"],
        "checklist_number": there["number"],
        "finding": there["finding_id"],
        "findings": [there["finding_id"]],
    }
    return {**there, **values}[field]


def send(house: House, person: Person, endpoint: str, fields: dict[str, Any]) -> tuple[int, str]:
    """Send a body into the person's own project; return the status and what it says."""
    assert person.home is not None
    (rule,) = house.app.url_map.iter_rules(endpoint)
    with house.app.test_request_context():
        address = url_for(endpoint, **{name: person.home[name] for name in rule.arguments})
    client = house.app.test_client(use_cookies=False)
    if rule.rule.startswith("/api/v1/"):
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        headers = {"Authorization": f"Bearer {person.token}", "If-Match": "*"}
        answer = client.open(address, method=method, json=fields, headers=headers, buffered=True)
    else:
        answer = client.post(
            address,
            data={**fields, "csrf_token": person.form_token},
            headers={"Cookie": person.cookie},
            buffered=True,
        )
    return answer.status_code, body_of(answer)


def answers(house: House, person: Person, place: str, endpoint: str) -> tuple[int, int, str]:
    """Return the status for a key that does not exist, that for a foreign one, and what it says."""
    field, rest = BODIES[endpoint]
    foreign = foreign_value(house, place, field)
    nothing = [2_000_000] if isinstance(foreign, list) else 2_000_000
    missing, _ = send(house, person, endpoint, {**rest, field: nothing})
    status, told = send(house, person, endpoint, {**rest, field: foreign})
    return missing, status, told


def first_foreign_key_taken(house: House) -> str:
    """Return the first body whose foreign key is answered unlike a missing one; nothing is kept."""
    for endpoint in BODIES:
        for name, place in ELSEWHERE:
            person = with_new_token(house.app, house.people[name])
            with undone():
                missing, status, _ = answers(house, person, place, endpoint)
            if status != missing:
                return f"{name}: {endpoint} with a key of {place}, {status} and not {missing}"
    return ""
