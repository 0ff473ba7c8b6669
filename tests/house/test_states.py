"""What is not there for somebody is not there in whichever state they name it.

A condition in the headers (``If-Match``, ``If-None-Match``) is judged once the thing was loaded: an
answer of 412 or 428 would tell a stranger that there is something.
"""

from __future__ import annotations

import pytest

from tests.house.conftest import House
from tests.house.sending import BODIES, UPLOADS, address_of, with_new_token
from tests.house.walk import cells

CONDITIONS = ({"If-Match": '"0123456789abcdef"'}, {"If-None-Match": "*"})


@pytest.mark.parametrize("name", ["alice", "otto"])
def test_a_condition_tells_nothing_of_what_is_not_there(house: House, name: str) -> None:
    person = with_new_token(house.app, house.people[name])
    client = house.app.test_client(use_cookies=False)
    wrong, tried = [], 0
    for cell in cells(house.app, person, house.world):
        is_mixed = "but" in cell.case.split() and cell.expected == "404"
        if not cell.is_operation or not is_mixed or cell.rule.endpoint in UPLOADS:
            continue
        for condition in CONDITIONS:
            answer = client.open(
                address_of(house.app, cell),
                method=cell.method,
                headers={"Authorization": f"Bearer {person.token}", **condition},
                json=BODIES.get(cell.rule.endpoint),
                buffered=True,
            )
            tried += 1
            if answer.status_code != 404:
                wrong.append(f"{cell} with {condition}: {answer.status_code}")
    assert wrong == []
    assert tried > 200
