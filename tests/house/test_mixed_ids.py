"""An id in a form opens no more doors than one in the address, whichever way it points."""

from __future__ import annotations

import pytest

from tests.house.bodies import BODIES, ELSEWHERE, answers, send
from tests.house.conftest import House
from tests.house.digest import database_digest
from tests.house.sending import with_new_token
from tests.house.walk import foreign_marks
from tests.house.world import MARK


@pytest.mark.parametrize(("name", "place"), ELSEWHERE)
@pytest.mark.parametrize("endpoint", BODIES)
def test_an_id_of_another_project_is_as_good_as_one_that_does_not_exist(
    house: House, name: str, place: str, endpoint: str
) -> None:
    person = with_new_token(house.app, house.people[name])
    before = database_digest(house.resources.engine)
    missing, status, told = answers(house, person, place, endpoint)
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
