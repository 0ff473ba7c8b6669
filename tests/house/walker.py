"""Sends the requests of the matrix and says what was not as the table wants it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager, nullcontext

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.house.conftest import House
from tests.house.digest import Watch
from tests.house.policy import POLICY, Audience
from tests.house.sending import (
    READING,
    address_of,
    body_of,
    comparable,
    outcome,
    send,
    with_new_token,
)
from tests.house.walk import METHODS, Cell, Person, cells, foreign_marks

GUARDED_BY_THE_VIEW_ALONE = frozenset({"library.index", "library.template", "sign_in_policy.show"})
"""Pages of administrators that show the library or settings: nothing of any project or person."""


@contextmanager
def undone() -> Iterator[None]:
    """Let what an allowed request writes be forgotten, so that all cells see the same world."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Session, "commit", Session.flush)
        yield


def walk(
    house: House, person: Person, *, trial: bool = False, methods: Container[str] = METHODS
) -> tuple[list[str], int]:
    """Try every door as one person; return what went wrong and how many cells were tried.

    In a ``trial`` of the walk itself, doors that should be shut are open: nothing is kept at all.
    """
    wrong: list[str] = []
    closed: dict[tuple[str, str], set[tuple[int, str, str]]] = {}
    client = house.app.test_client(use_cookies=False)
    person = with_new_token(house.app, person)
    watch = Watch(house.resources.engine)
    seen = 0
    for cell in cells(house.app, person, house.world):
        if cell.method not in methods:
            continue
        seen += 1
        with undone() if trial or cell.expected == "allowed" else nullcontext():
            answer = send(client, house.app, person, cell)
        wrong += _judged(house, person, cell, answer)
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


def first_deviation(
    house: House, names: Iterable[str], first: str = "", *, only_first: bool = False
) -> str:
    """Return the first cell that is not as the table wants it, or nothing; nothing is kept.

    Args:
        house: what is walked.
        names: the visitors, in this order.
        first: cells whose endpoint holds this word are tried before the others.
        only_first: whether the others are left out.
    """
    client = house.app.test_client(use_cookies=False)
    for name in names:
        person = with_new_token(house.app, house.people[name])
        found = [
            cell
            for cell in cells(house.app, person, house.world)
            if cell.method in ("GET", "POST") and (not only_first or first in cell.rule.endpoint)
        ]
        for cell in sorted(found, key=lambda one: first not in one.rule.endpoint):
            with undone():
                answer = send(client, house.app, person, cell)
            wrong = _judged(house, person, cell, answer)
            if wrong:
                return f"{name}: {wrong[0]}"
    return ""


def unrefused(house: House, names: Iterable[str]) -> list[str]:
    """Return what somebody without the right comes through with; nothing is kept.

    For use with a guard that lets every member in: what is left are the checks of the services.
    """
    through = []
    for person, cell in for_services(house, names):
        if unkept(house, person, cell) < 400:
            role = person.principal.roles.get(person.principal.home)
            least = POLICY[cell.rule.endpoint]
            through.append(f"{person.name} ({role}, {least} is needed): {cell}")
    return through


def for_services(house: House, names: Iterable[str]) -> list[tuple[Person, Cell]]:
    """Return the requests of people without the right that services or queries have to refuse."""
    return [
        (person, cell)
        for person in (with_new_token(house.app, house.people[name]) for name in names)
        for cell in cells(house.app, person, house.world)
        if cell.expected == "403" and _is_for_services(person, cell)
    ]


def unkept(house: House, person: Person, cell: Cell) -> int:
    """Return the status that a request is answered with; nothing of it is kept."""
    with undone():
        answer = send(house.app.test_client(use_cookies=False), house.app, person, cell)
    return answer.status_code


def _is_for_services(person: Person, cell: Cell) -> bool:
    """Whether services or queries are asked: not so for an empty form inside a project."""
    endpoint = cell.rule.endpoint
    if endpoint.startswith("api.gate.") and person.principal.is_pipeline:
        return True
    if person.principal.is_pipeline and POLICY[endpoint] is Audience.SIGNED_IN:
        return False  # what everybody may read asks for no right but the scope of a token
    is_page = cell.method == "GET" and isinstance(POLICY[endpoint], Audience)
    is_page = is_page and endpoint not in GUARDED_BY_THE_VIEW_ALONE
    return (is_page or cell.method == "POST") and "but" not in cell.case.split()


def _judged(house: House, person: Person, cell: Cell, answer: TestResponse) -> list[str]:
    """Return what is wrong with one answer."""
    wrong = []
    if outcome(answer, cell) != cell.expected:
        wrong.append(f"{cell}, was {answer.status_code} {answer.headers.get('Location', '')}")
    told = f"{answer.headers}{body_of(answer)}"
    if any(mark in told for mark in foreign_marks(person, house.world)):
        wrong.append(f"{cell}: tells what is not theirs")
    return wrong
