"""Nobody gets through a door that is not theirs, nor learns what is behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.domain.permissions import (
    ADMINISTRATOR,
    ORGANISATION_PERMISSIONS,
    ROLE_PERMISSIONS,
    SIGNED_IN,
)
from checklist_app.domain.vocabulary import Role
from checklist_app.factory import create_app
from checklist_app.queries.access import open_project
from checklist_app.web import access
from checklist_app.web.access import PUBLIC, declaration
from tests.house.conftest import PEOPLE, House
from tests.house.digest import Watch
from tests.house.policy import POLICY, Audience, is_enough
from tests.house.walk import (
    METHODS,
    READING,
    Person,
    address_of,
    body_of,
    cells,
    comparable,
    foreign_marks,
    outcome,
    send,
)
from tests.house.world import MARK


@contextmanager
def undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let what an allowed request writes be forgotten, so that all cells see the same world."""
    with monkeypatch.context() as patched:
        patched.setattr(Session, "commit", Session.flush)
        yield


def walk(
    house: House, person: Person, monkeypatch: pytest.MonkeyPatch, *, trial: bool = False
) -> tuple[list[str], int]:
    """Try every door as one person; return what went wrong and how many cells were tried.

    In a ``trial`` of the walk itself, doors that should be shut are open: nothing is kept at all.
    """
    wrong: list[str] = []
    closed: dict[tuple[str, str], set[tuple[int, str, str]]] = {}
    client = house.app.test_client(use_cookies=False)
    marks = foreign_marks(person, house.world)
    watch = Watch(house.resources.engine)
    seen = 0
    for cell in cells(house.app, person, house.world):
        seen += 1
        with undone(monkeypatch) if trial or cell.expected == "allowed" else monkeypatch.context():
            answer = send(client, house.app, person, cell)
        if outcome(answer, cell) != cell.expected:
            wrong.append(f"{cell}, was {answer.status_code} {answer.headers.get('Location', '')}")
        told = f"{answer.headers}{body_of(answer)}"
        if any(mark in told for mark in marks):
            wrong.append(f"{cell}: tells what is not theirs")
        if cell.expected in ("404", "sign in"):
            kept = closed.setdefault((cell.rule.endpoint, cell.method), set())
            kept.add(comparable(answer, address_of(house.app, cell)))
        if cell.method not in READING and watch.has_changed():
            wrong.append(f"{cell}: the database changed")
    wrong += [
        f"{method} {endpoint}: foreign and missing differ"
        for (endpoint, method), answers in closed.items()
        if len(answers) > 1
    ]
    if watch.has_changed():
        wrong.append("reading changed the database")
    watch.close()
    return wrong, seen


@pytest.mark.parametrize("name", PEOPLE)
def test_every_door_opens_to_whom_it_should_and_tells_the_others_nothing(
    house: House, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, seen = walk(house, house.people[name], monkeypatch)
    with capsys.disabled():
        print(f"\nauthorisation walk: {name} tried {seen} cells, {len(wrong)} deviations")  # noqa: T201 - asked for
    assert wrong == []
    assert seen >= len(POLICY)


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
    declared, audience = declaration(house.app, endpoint), POLICY[endpoint]
    if isinstance(audience, Role):
        may = {role for role, permissions in ROLE_PERMISSIONS.items() if declared in permissions}
        assert may == {role for role in Role if is_enough(role, audience)}
        return
    everybodys = frozenset.intersection(*ORGANISATION_PERMISSIONS.values())
    expected = {
        Audience.EVERYBODY: declared == PUBLIC,
        Audience.SIGNED_IN: declared in everybodys,
        Audience.NO_AUDITOR: declared in SIGNED_IN - everybodys,
        Audience.ADMINISTRATOR: declared in ADMINISTRATOR - SIGNED_IN,
    }
    assert expected[audience]


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
        print(f"\nauthorisation matrix: {sum(tried.values())} cells, {dict(tried)}")  # noqa: T201 - asked for
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
    wrong, _ = walk(house, house.people["charlie"], monkeypatch, trial=True)
    assert any("was 200" in line for line in wrong)
    assert any("tells what is not theirs" in line for line in wrong)


def test_the_walk_notices_when_a_permission_is_not_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checklist_app.queries.access.ProjectAccess.require", lambda *_: None)
    wrong, _ = walk(house, house.people["vera"], monkeypatch, trial=True)
    unguarded = {line.split(" (")[0] for line in wrong}
    inside = [name for name, least in POLICY.items() if isinstance(least, Role)]
    expected = {
        f"{method} {rule.rule}"
        for rule in house.app.url_map.iter_rules()
        for method in {"GET", "POST"} & (rule.methods or set())
        if rule.endpoint in inside and POLICY[rule.endpoint] is not Role.VIEWER
    }
    assert expected <= unguarded
