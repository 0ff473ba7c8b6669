"""Calls what keeps rows apart twice, alone and beside a neighbour, and compares what came of it."""

from __future__ import annotations

import dataclasses
import inspect
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from types import FunctionType
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, Table, literal, select
from sqlalchemy import inspect as inspect_row
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import CompoundSelect

from checklist_app.models import Base
from checklist_app.services.resources import Resources
from tests.house.caller import Caller, Given
from tests.house.calls import calls_of, short_name
from tests.house.direct import guarded_function
from tests.house.known import Known
from tests.house.known_answers import known_answers
from tests.house.mutants import Mutant
from tests.house.neighbours import Neighbours

LIBRARY = frozenset({"standard", "requirement", "requirement_text", "requirement_link", "mapping"})
"""Large tables that no person owns anything of."""
Rows = dict[tuple[str, int], str]
"""What each row says, by its table and key."""


def first_sign(neighbours: Neighbours, mutant: Mutant) -> str:
    """Return the first sign that a guard is missing: a wrong answer, or a neighbour that shows."""
    is_state = mutant.kind in ("state", "ended")
    return first_wrong_answer(neighbours, mutant) or (
        "" if is_state else first_difference(neighbours, mutant)
    )


def first_difference(neighbours: Neighbours, mutant: Mutant) -> str:
    """Return the first call of a filter's function that ends otherwise beside a neighbour."""
    function = guarded_function(mutant)
    for given in calls_of(function, neighbours):
        alone, together = (
            outcome(resources, neighbours, function, given)
            for resources in (neighbours.alone, neighbours.together)
        )
        if alone != together:
            return f"{function.__qualname__}({given}): {alone} alone and {together} together"
    return ""


def first_wrong_answer(neighbours: Neighbours, mutant: Mutant) -> str:
    """Return the first call of a guard's function that does not answer what is known."""
    function = guarded_function(mutant)
    for known in known_answers(short_name(function), neighbours):
        answer = _answer(neighbours, function, known)
        if answer != known.answer:
            return f"{function.__qualname__}({known.given}): {answer} and not {known.answer}"
    return ""


def _answer(neighbours: Neighbours, function: FunctionType, known: Known) -> Any:
    resources = neighbours.together
    with resources.sessions() as session:
        caller = Caller(session, resources.config, neighbours.own)
        arguments = _arguments(caller, function, known.given)
        try:
            answer = function(**arguments)
        except Exception as error:
            return type(error).__name__
        return known.of(caller, answer)


def outcome(
    resources: Resources, neighbours: Neighbours, function: FunctionType, given: Given
) -> tuple[Any, Any]:
    """Return what a call answers or raises, and what it writes; nothing is kept."""
    before = _kept(resources)
    with resources.sessions() as session:
        writes = _writes(session)
        caller = Caller(session, resources.config, neighbours.own)
        arguments = _arguments(caller, function, given)
        try:
            answer = _plain(session, before, function(**arguments))
        except Exception as error:
            answer = type(error).__name__
        if not session.is_active:
            return answer, ["broken"]
        session.flush()
        is_written = _writes(session) != writes
        return answer, _changes(before, session) if is_written else []


@cache
def _kept(resources: Resources) -> Rows:
    """Return what every row says before a call, which is the same for all: none keeps anything."""
    with resources.sessions() as session:
        return _rows(session)


def _writes(session: Session) -> int:
    """Return how many rows SQLite has written for a connection so far."""
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver.total_changes


def _arguments(caller: Caller, function: FunctionType, given: Given) -> dict[str, Any]:
    return {name: caller.argument(name, given) for name in _needed(function, given)}


def _needed(function: FunctionType, given: Given) -> list[str]:
    """Return the parameters that have to be given, and those that are."""
    parameters = inspect.signature(function).parameters.values()
    return [
        one.name
        for one in parameters
        if one.name in given or (one.default is one.empty and one.kind is not one.VAR_POSITIONAL)
    ]


def _rows(session: Session) -> Rows:
    found: Rows = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in LIBRARY:
            columns = _speaking(table)
            for key, *row in session.execute(select(*table.primary_key, *columns)):
                found[table.name, key] = repr([_timeless(value) for value in row])
    return found


def _speaking(table: Table) -> list[Column[Any]]:
    """Return the columns that say the same of two rows whatever else their databases hold."""
    return [
        column
        for column in table.c
        if not column.primary_key
        and not column.foreign_keys
        and column.name not in {"public_id", "payload"}
        and "sha256" not in column.name
    ]


def _timeless(value: Any) -> Any:
    return "a time" if isinstance(value, datetime) else value


def _changes(before: Rows, session: Session) -> list[Any]:
    """Return which rows say something else or are gone, and what the new ones say."""
    after = _rows(session)
    altered = [key for key in before if key in after and before[key] != after[key]]
    new = Counter((key[0], said) for key, said in after.items() if key not in before)
    gone = []
    for key, said in before.items():
        # What was taken away and put back may have another key where others have taken theirs.
        if key not in after and new[key[0], said]:
            new[key[0], said] -= 1
        elif key not in after:
            gone.append(key)
    return [sorted(altered), sorted(gone), sorted((+new).items())]


def _plain(session: Session, before: Rows, answer: Any) -> Any:
    """Return an answer in a form that can be compared across databases."""
    question = _question(answer)
    if question is not None:
        rows = session.execute(question)
        return sorted(repr(_plain(session, before, row)) for row in rows)
    if isinstance(answer, Base):
        return _known(session, before, answer)
    parts = _parts(answer)
    if parts is None:
        return repr(answer)
    return [_plain(session, before, part) for part in parts]


def _question(answer: Any) -> Select[Any] | CompoundSelect[Any] | None:
    match answer:
        case Select() | CompoundSelect():
            return answer
        case ColumnElement():
            return _having(answer)
        case list() | tuple() if answer and all(isinstance(one, ColumnElement) for one in answer):
            return _having(*answer)
        case _:
            return None


def _known(session: Session, before: Rows, answer: Base) -> tuple[str, Any]:
    """Return table and key of a row; what a new one says, for its key depends on others."""
    session.flush()
    (key,) = inspect_row(answer).identity or (0,)
    name = answer.__tablename__
    is_known = name in LIBRARY or (name, key) in before
    return (name, key) if is_known else ("new", _rows(session)[name, key])


def _parts(answer: Any) -> Iterable[Any] | None:
    """Return what an answer is made of, in an order of its own; None if it is one thing."""
    match answer:
        case Row() | list() | tuple() | Iterator():
            return answer
        case set() | frozenset():
            return sorted(answer, key=repr)
        case dict():
            return sorted(answer.items(), key=repr)
        case _ if dataclasses.is_dataclass(answer):
            return [getattr(answer, field.name) for field in dataclasses.fields(answer)]
        case _:
            return None


def _having(*wanted: ColumnElement[bool]) -> Select[Any]:
    """Return the question for the keys of all rows that fulfil conditions."""
    (table,) = select(literal(1)).where(*wanted).get_final_froms()
    assert isinstance(table, Table)
    return select(table.c.id).where(*wanted)
