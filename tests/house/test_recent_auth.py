"""What asks for a recent proof on a page asks for it from a program too.

A page and an operation do the same when they call the same service. Read from the code of the
views: a service that nothing but marked pages call is sensitive, and so is whatever else calls it.
"""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from flask import Flask

from checklist_app.web.access import ASKS_ITSELF, SENSITIVE_ACT
from tests.house.conftest import House
from tests.house.mutants import enrolment_mutants, proof_mutants, without
from tests.house.proofs import Askers

WEB, SERVICES = "checklist_app.web.", "checklist_app.services."
WAYS_IN = frozenset({"auth.confirm", "auth.sign_in", "api.tokens.sign_in"})
"""Where the proof itself is given."""


def services_of(view: Callable[..., Any]) -> set[str]:
    """Return the services that a view calls, itself or through functions of the web."""
    found: set[str] = set()
    waiting, seen = [inspect.unwrap(view)], set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for called in _calls(one):
            if called.__module__.startswith(SERVICES):
                found.add(f"{called.__module__}.{called.__name__}")
            elif called.__module__.startswith(WEB):
                waiting.append(inspect.unwrap(called))
    return {name for name in found if _changes(name)}


def _calls(function: Callable[..., Any]) -> Iterator[FunctionType]:
    """Yield the functions that a function names: its own, or those of a module."""
    if not isinstance(function, FunctionType):
        return
    owner: Any = None
    for step in dis.get_instructions(function):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            owner = function.__globals__.get(step.argval)
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and isinstance(owner, ModuleType):
            owner = getattr(owner, step.argval, None)
        else:
            continue
        if isinstance(owner, FunctionType):
            yield owner


def _changes(name: str) -> bool:
    """Whether a service takes part in a transaction; a clock does not."""
    module, _, word = name.rpartition(".")
    function = getattr(sys.modules[module], word)
    return "session" in inspect.signature(function).parameters


def unmarked(app: Flask) -> list[str]:
    """Return the operations that do what marked pages do, and are not marked."""
    pages: dict[str, Callable[..., Any]] = {}
    operations: dict[str, Callable[..., Any]] = {}
    for endpoint, view in app.view_functions.items():
        if endpoint not in WAYS_IN:
            (operations if endpoint.startswith("api.") else pages)[endpoint] = view
    marked = {name: services_of(one) for name, one in pages.items() if _always_asks(one)}
    free = [services_of(one) for one in pages.values() if not _always_asks(one)]
    sensitive = set().union(*marked.values()) - set().union(*free)
    return [
        name
        for name, view in operations.items()
        if services_of(view) & sensitive and not hasattr(view, SENSITIVE_ACT)
    ]


def _always_asks(view: Callable[..., Any]) -> bool:
    """Whether it is sensitive whatever it is sent."""
    return hasattr(view, SENSITIVE_ACT) and not hasattr(view, ASKS_ITSELF)


def test_an_operation_asks_for_the_proof_that_its_page_asks_for(house: House) -> None:
    assert unmarked(house.app) == []


def test_an_operation_that_forgot_it_is_found(house: House) -> None:
    forgotten = ["api.checklists.sign_off", "api.members.remove", "api.webhooks.renew"]
    views = [house.app.view_functions[name] for name in forgotten]
    acts = [getattr(view, SENSITIVE_ACT) for view in views]
    for view in views:
        delattr(view, SENSITIVE_ACT)
    found = unmarked(house.app)
    for view, act in zip(views, acts, strict=True):
        setattr(view, SENSITIVE_ACT, act)
    assert sorted(found) == forgotten


def test_each_view_that_wants_a_proof_asks_for_it_and_without_its_mark_does_not(
    house: House,
) -> None:
    askers, marked = Askers(house), list(proof_mutants(house.app))
    assert len(marked) > 50
    assert [view.where for view in marked if not askers.is_asked_for_a_proof(view)] == []
    still = []
    for view in marked:
        with without(house.app, view):
            if askers.is_asked_for_a_proof(view):
                still.append(view.where)
    assert still == []


def test_each_view_leads_to_the_second_factor_and_only_those_marked_do_not(house: House) -> None:
    askers, shut = Askers(house), list(enrolment_mutants(house.app))
    assert len(shut) > 200
    assert [view.where for view in shut if not askers.is_led_to_a_second_factor(view)] == []
    still = []
    for view in shut:
        with without(house.app, view):
            if askers.is_led_to_a_second_factor(view):
                still.append(view.where)
    assert still == []
