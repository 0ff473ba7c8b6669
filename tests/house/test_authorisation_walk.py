"""Nobody gets through a door that is not theirs, nor learns what is behind it."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.domain.permissions import (
    ADMINISTRATOR,
    ROLE_PERMISSIONS,
    SIGNED_IN,
)
from checklist_app.domain.vocabulary import Role
from checklist_app.factory import create_app
from checklist_app.queries.access import open_project
from checklist_app.web import access
from checklist_app.web.access import declaration
from tests.house.conftest import PEOPLE, House
from tests.house.declared import declares_what_the_table_says
from tests.house.policy import POLICY, Audience
from tests.house.sending import address_of
from tests.house.trial import WEAK, open_guard
from tests.house.walk import METHODS, cells
from tests.house.walker import unrefused, walk
from tests.house.world import MARK


@pytest.mark.parametrize("name", PEOPLE)
def test_every_door_opens_to_whom_it_should_and_tells_the_others_nothing(
    house: House, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, seen = walk(house, house.people[name])
    with capsys.disabled():
        print(f"\nauthorisation walk: {name} tried {seen} cells, {len(wrong)} deviations")  # noqa: T201 - asked for
    assert wrong == []
    assert seen >= len(POLICY)


def test_a_cookie_opens_no_operation(house: House) -> None:
    """Whose token a program shows counts, and never who sits at the browser that it runs in."""
    alice = house.people["alice"]
    client = house.app.test_client(use_cookies=False)
    tried = 0
    for cell in cells(house.app, alice, house.world):
        if not cell.is_operation or cell.case != "banca" or cell.expected != "allowed":
            continue
        if POLICY[cell.rule.endpoint] is Audience.EVERYBODY:
            continue
        answer = client.open(
            address_of(house.app, cell),
            method=cell.method,
            headers={"Cookie": alice.cookie},
            json={"csrf_token": alice.form_token},
            buffered=True,
        )
        assert answer.status_code == 401, str(cell)
        tried += 1
    assert tried > 30


def undeclared(app: Flask) -> list[str]:
    """Return the endpoints of an app that say nothing of who may use them."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    return sorted(name for name in endpoints if declaration(app, name) is None)


def test_a_route_that_declares_nothing_is_refused_and_noticed(house: House) -> None:
    app = create_app(house.resources.config)
    app.add_url_rule("/bare", "bare", lambda: MARK)
    answers = [
        app.test_client().get("/bare", headers=house.people[name].credentials) for name in PEOPLE
    ]
    app.extensions["checklist_resources"].close()
    assert {answer.status_code for answer in answers} == {403}
    assert MARK not in "".join(answer.text for answer in answers)
    assert undeclared(app) == ["bare"]


def test_every_route_declares_who_may_use_it_and_stands_in_the_table(house: House) -> None:
    assert undeclared(house.app) == []
    assert {rule.endpoint for rule in house.app.url_map.iter_rules()} == set(POLICY)


@pytest.mark.parametrize("endpoint", sorted(POLICY))
def test_a_view_declares_what_the_table_says(house: House, endpoint: str) -> None:
    assert declares_what_the_table_says(house.app, endpoint)


def test_the_services_refuse_on_their_own(house: House) -> None:
    """Whoever forgets a declaration on a view has not opened the door yet."""
    with open_guard():
        assert unrefused(house, WEAK) == []


def test_administering_opens_no_project(house: House) -> None:
    inside = frozenset().union(*ROLE_PERMISSIONS.values())
    assert not inside & (ADMINISTRATOR | SIGNED_IN)


def test_the_matrix_tries_each_method_principal_and_kind_of_object(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    tried, methods = Counter[str](), Counter[str]()
    cases = set()
    for person in house.people.values():
        for cell in cells(house.app, person, house.world):
            tried[cell.expected] += 1
            methods[cell.method] += 1
            cases.add(cell.case)
    with capsys.disabled():
        rules = list(house.app.url_map.iter_rules())
        operations = sum(rule.rule.startswith("/api/v1/") for rule in rules)
        print(  # noqa: T201 - asked for
            f"\nauthorisation matrix: {len(rules)} routes, {operations} of them operations, "
            f"{len(PEOPLE)} visitors, {sum(tried.values())} cells, {dict(tried)}"
        )
    assert set(tried) == {"allowed", "403", "404", "405", "409", "sign in"}
    assert min(tried.values()) > 100
    assert set(methods) == set(METHODS)
    assert {
        "banca",
        "ajeno",
        "archivo",
        "missing",
        "banca but evidence_id of ajeno",
        "ajeno but evidence_id of banca",
        "archivo but evidence_id of banca",
    } <= cases
    assert sum(tried.values()) > 5000


def test_the_walk_notices_when_the_guard_lets_everybody_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(session: Session, actor: object, slug: str) -> object:
        alice = house.people["alice"]
        return real(session, alice.actor, slug)  # type: ignore[arg-type]

    real = open_project
    monkeypatch.setattr(access, "open_project", careless)
    wrong, _ = walk(house, house.people["charlie"], trial=True, methods={"GET"})
    assert any("was 200" in line for line in wrong)
    assert any("tells what is not theirs" in line for line in wrong)


def test_the_walk_notices_when_a_permission_is_not_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checklist_app.queries.access.ProjectAccess.require", lambda *_: None)
    wrong, _ = walk(house, house.people["vera"], trial=True, methods={"GET", "POST"})
    unguarded = {line.split(" (")[0] for line in wrong}
    inside = [name for name, least in POLICY.items() if isinstance(least, Role)]
    expected = {
        f"{method} {rule.rule}"
        for rule in house.app.url_map.iter_rules()
        for method in {"GET", "POST"} & (rule.methods or set())
        if rule.endpoint in inside and POLICY[rule.endpoint] is not Role.VIEWER
    }
    assert expected <= unguarded
