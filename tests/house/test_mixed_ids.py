"""An id in a form opens no more doors than one in the address, whichever way it points."""

from __future__ import annotations

from typing import Any

import pytest
from flask import url_for

from tests.house.conftest import House
from tests.house.digest import database_digest
from tests.house.principals import AJENO, ARCHIVO, BANCA
from tests.house.walk import Person, body_of, foreign_marks, with_new_token
from tests.house.world import MARK

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


@pytest.mark.parametrize(("name", "place"), ELSEWHERE)
@pytest.mark.parametrize("endpoint", BODIES)
def test_an_id_of_another_project_is_as_good_as_one_that_does_not_exist(
    house: House, name: str, place: str, endpoint: str
) -> None:
    field, rest = BODIES[endpoint]
    person = with_new_token(house.app, house.people[name])
    foreign = foreign_value(house, place, field)
    before = database_digest(house.resources.engine)
    nothing = [2_000_000] if isinstance(foreign, list) else 2_000_000
    missing, _ = send(house, person, endpoint, {**rest, field: nothing})
    status, told = send(house, person, endpoint, {**rest, field: foreign})
    assert status == missing
    assert status in (404, 422)
    assert not [mark for mark in foreign_marks(person, house.world) if mark in told]
    assert house.world.marks[place] not in told
    assert database_digest(house.resources.engine) == before


@pytest.mark.parametrize("field", ["project_id", "slug", "number", "author_id", "id", "role"])
def test_a_form_cannot_name_what_the_address_has_named(house: House, field: str) -> None:
    charlie, before = house.people["charlie"], database_digest(house.resources.engine)
    alices = {**(house.people["alice"].home or {}), "project_id": 1, "author_id": 1, "id": 1}
    fields = {"outcome": "partial", "rationale": "", "row_version": "2"}
    status, told = send(
        house, charlie, "checklists.record_verdict", {**fields, field: alices.get(field, "owner")}
    )
    assert status == 422
    assert MARK not in told
    assert database_digest(house.resources.engine) == before


def test_making_oneself_administrator_is_not_a_form_field(house: House) -> None:
    alice, before = house.people["alice"], database_digest(house.resources.engine)
    client = house.app.test_client(use_cookies=False)
    for address in ("/account", "/projects/new", "/language"):
        client.post(
            address,
            data={
                "organisation_role": "administrator",
                "role": "administrator",
                "csrf_token": alice.form_token,
            },
            headers={"Cookie": alice.cookie},
        )
    assert database_digest(house.resources.engine) == before
    answer = client.get("/admin/users", headers={"Cookie": alice.cookie})
    assert answer.status_code == 403
