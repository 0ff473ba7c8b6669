"""Takes one guard away at a time, in the running process, to see whether anything notices.

A guard is a ``@requires`` or a ``@recent_auth`` on a view, or what ``guards`` finds in the services
and the queries. The functions keep their identity and get other code, so that nobody who imported
them goes by unchanged.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

from flask import Flask

from checklist_app import queries, services
from checklist_app.domain.permissions import (
    PROJECT_PERMISSIONS,
    ROLE_PERMISSIONS,
    SIGNED_IN,
    Permission,
)
from checklist_app.domain.vocabulary import Role
from checklist_app.web.access import (
    ASKS_ITSELF,
    ASSET_ENDPOINTS,
    DECLARATION,
    ENROLMENT,
    PUBLIC,
    SENSITIVE_ACT,
    declaration,
)
from tests.house.guards import guards, left_out


@dataclass(frozen=True)
class Mutant:
    """A guard that can be taken away: its kind, its module or endpoint, its line and its text."""

    kind: str
    where: str
    line: int
    guard: str

    def __str__(self) -> str:
        return f"{self.kind} {self.where}:{self.line} {self.guard}"


def view_mutants(app: Flask) -> Iterator[Mutant]:
    """Yield every declaration on a view."""
    for endpoint in sorted({rule.endpoint for rule in app.url_map.iter_rules()}):
        declared = declaration(app, endpoint)
        if endpoint not in ASSET_ENDPOINTS and declared not in (PUBLIC, None):
            yield Mutant("view", endpoint, 0, str(declared))


def proof_mutants(app: Flask) -> Iterator[Mutant]:
    """Yield every declaration that a view wants a recent proof of identity, whatever it is sent."""
    for endpoint, view in sorted(app.view_functions.items()):
        if hasattr(view, SENSITIVE_ACT) and not hasattr(view, ASKS_ITSELF):
            yield Mutant("proof", endpoint, 0, SENSITIVE_ACT)


def enrolment_mutants(app: Flask) -> Iterator[Mutant]:
    """Yield every view that is shut to somebody who has to add a second factor first."""
    for mutant in view_mutants(app):
        if not hasattr(app.view_functions[mutant.where], ENROLMENT):
            yield Mutant("enrolment", mutant.where, 0, "must_enrol")


def code_mutants() -> Iterator[Mutant]:
    """Yield every other guard of the queries and the services."""
    for name in _modules():
        for kind, node in guards(name, ast.parse(_source(name))):
            yield Mutant(kind, name, node.lineno, ast.unparse(node))


@contextmanager
def without(app: Flask, mutant: Mutant) -> Iterator[None]:
    """Run what is inside without one guard."""
    match mutant.kind:
        case "view":
            gone = _declaring_less(app.view_functions[mutant.where])
        case "proof":
            gone = _asking_for_no_proof(app.view_functions[mutant.where])
        case "enrolment":
            gone = _serving_enrolment(app.view_functions[mutant.where])
        case _:
            gone = without_code(mutant)
    with gone:
        yield


@contextmanager
def without_code(mutant: Mutant) -> Iterator[None]:
    """Run what is inside without one guard of the queries and the services."""
    module = importlib.import_module(mutant.where)
    real = _functions(module)
    kept = {name: function.__code__ for name, function in real.items()}
    changed = _codes(compile(_without(mutant), str(module.__file__), "exec"))
    _forget_what_was_kept(module)
    for name, function in real.items():
        if name in changed and changed[name].co_freevars == function.__code__.co_freevars:
            function.__code__ = changed[name]
    try:
        yield
    finally:
        for name, function in real.items():
            function.__code__ = kept[name]
        _forget_what_was_kept(module)


@contextmanager
def _declaring_less(view: Any) -> Iterator[None]:
    declared = Permission(getattr(view, DECLARATION))
    setattr(view, DECLARATION, _weaker(declared))
    try:
        yield
    finally:
        setattr(view, DECLARATION, declared)


@contextmanager
def _asking_for_no_proof(view: Any) -> Iterator[None]:
    act = getattr(view, SENSITIVE_ACT)
    delattr(view, SENSITIVE_ACT)
    try:
        yield
    finally:
        setattr(view, SENSITIVE_ACT, act)


@contextmanager
def _serving_enrolment(view: Any) -> Iterator[None]:
    setattr(view, ENROLMENT, True)
    try:
        yield
    finally:
        delattr(view, ENROLMENT)


def _weaker(declared: Permission) -> Permission | str:
    if declared in ROLE_PERMISSIONS[Role.VIEWER] | SIGNED_IN:
        return PUBLIC
    is_inside = declared in PROJECT_PERMISSIONS
    return Permission.PROJECT_VIEW if is_inside else Permission.PROJECT_LIST


def _modules() -> list[str]:
    return [
        f"{package.__name__}.{found.name}"
        for package in (queries, services)
        for found in pkgutil.iter_modules(package.__path__)
    ]


@cache
def _source(name: str) -> str:
    return inspect.getsource(importlib.import_module(name))


def _without(mutant: Mutant) -> ast.Module:
    tree = ast.parse(_source(mutant.where))
    gone = {
        node: left_out(node, kind)
        for kind, node in guards(mutant.where, tree)
        if Mutant(kind, mutant.where, node.lineno, ast.unparse(node)) == mutant
    }

    class Remover(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            if node in gone:
                return ast.copy_location(gone[node], node)
            return self.generic_visit(node)

    Remover().visit(tree)
    return ast.fix_missing_locations(tree)


def _functions(module: ModuleType) -> dict[str, FunctionType]:
    found = {}
    for thing in vars(module).values():
        inside = vars(thing).values() if inspect.isclass(thing) else ()
        for one in (thing, *inside):
            function = one.fget if isinstance(one, property) else inspect.unwrap(one)
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                found[function.__code__.co_qualname] = function
    return found


def _forget_what_was_kept(module: ModuleType) -> None:
    """Let a function that keeps what it returned put it together anew."""
    for thing in vars(module).values():
        if hasattr(thing, "cache_clear"):
            thing.cache_clear()


def _codes(code: CodeType) -> dict[str, CodeType]:
    found = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found[constant.co_qualname] = constant
            found.update(_codes(constant))
    return found
