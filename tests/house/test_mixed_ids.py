"""An id in a form opens no more doors than one in the address, whichever way it points."""

from __future__ import annotations

from typing import Any

import pytest
from flask import url_for

from tests.house.conftest import House
from tests.house.digest import database_digest
from tests.house.walk import Person, body_of
from tests.house.world import MARK

FORMS = {
    "checklists.assign": ("assignee_id", {}),
    "evidence.link_existing": ("evidence_id", {}),
    "remediation.save": ("owner_id", {"plan": "x", "due_on": "2031-01-01", "row_version": "1"}),
    "reports.create": ("checklist", {"language": "es"}),
}
PAIRS = [("charlie", "alice"), ("alice", "charlie")]


def foreign_value(house: House, other: Person, field: str) -> Any:
    """Return what a form field would hold in the other person's project."""
    assert other.home is not None
    assert other.actor is not None
    account = other.actor.user_id
    values = {
        "owner_id": account,
        "assignee_id": account,
        "checklist": other.home["number"],
        **other.home,
    }
    return values[field]


def send(house: House, person: Person, endpoint: str, fields: dict[str, Any]) -> tuple[int, str]:
    """Send a form into the person's own project; return the status and what it says."""
    assert person.home is not None
    with house.app.test_request_context():
        rules = house.app.url_map.iter_rules(endpoint)
        names = {name for rule in rules for name in rule.arguments}
        address = url_for(endpoint, **{name: person.home[name] for name in names})
    answer = house.app.test_client(use_cookies=False).post(
        address,
        data={**fields, "csrf_token": person.form_token},
        headers={"Cookie": person.cookie},
        buffered=True,
    )
    return answer.status_code, body_of(answer)


@pytest.mark.parametrize(("name", "other"), PAIRS)
@pytest.mark.parametrize("endpoint", FORMS)
def test_an_id_of_another_project_is_as_good_as_one_that_does_not_exist(
    house: House, name: str, other: str, endpoint: str
) -> None:
    field, rest = FORMS[endpoint]
    person, before = house.people[name], database_digest(house.resources.engine)
    foreign = foreign_value(house, house.people[other], field)
    status, told = send(house, person, endpoint, {**rest, field: foreign})
    assert status in (404, 422)
    assert send(house, person, endpoint, {**rest, field: 2_000_000})[0] == status
    assert name != "charlie" or MARK not in told
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
