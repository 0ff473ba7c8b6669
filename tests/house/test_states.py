"""Whatever changes a thing names its state; for strangers, what is not there has none.

A condition in the headers (``If-Match``, ``If-None-Match``) is judged once the thing was loaded: an
answer of 412 or 428 would tell a stranger that there is something.
"""

from __future__ import annotations

import pytest

from checklist_app.web.api.operations import OPERATION
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


WITHOUT_STATE = {
    "api.finding_actions.preview": "changes nothing",
    "api.reports.verify": "changes nothing",
    "api.pipeline_tokens.make": "its answer holds a secret, which is not kept for a second time",
    "api.webhooks.add": "its answer holds a secret, which is not kept for a second time",
    "api.tokens.sign_in": "makes tokens, which are not kept for a second time",
    "api.tokens.refresh": "a refresh token counts once by itself",
    "api.tokens.revoke": "what is over stays over",
}
"""Operations that need neither the state of a thing nor a key that makes them count once."""


def test_whatever_changes_a_thing_names_its_state_or_counts_once(house: House) -> None:
    without = {
        rule.endpoint
        for rule in house.app.url_map.iter_rules()
        if (declared := getattr(house.app.view_functions[rule.endpoint], OPERATION, None))
        and not (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS"}
        and not declared.existing
        and not declared.repeatable
    }
    assert without == set(WITHOUT_STATE)


def test_only_what_makes_a_new_thing_or_an_order_counts_without_a_state(house: House) -> None:
    """Others change what is there: PUT, PATCH and DELETE always, and POST to the thing itself."""
    for rule in house.app.url_map.iter_rules():
        declared = getattr(house.app.view_functions[rule.endpoint], OPERATION, None)
        if declared and (rule.methods or set()) & {"PUT", "PATCH", "DELETE"}:
            assert declared.existing, rule.endpoint
        elif declared and declared.repeatable and not declared.existing:
            assert declared.status in (201, 202), rule.endpoint
