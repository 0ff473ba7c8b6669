"""Calls each function that a ``require(…)`` guards, as somebody who lacks that right and no other.

Requests meet other guards first, or are refused for what their form says; here nothing stands in
between. What else a function takes is missing, for none of it may matter before the guard.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from types import FunctionType
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import FindingMark, OrganisationRole, TriageKind
from checklist_app.models import TriageAction, TriageMember, User
from checklist_app.queries.access import (
    ItemAccess,
    ProjectAccess,
    open_checklist,
    open_item,
    open_project,
)
from checklist_app.services.triage import ALSO_NEEDED
from tests.house.conftest import House
from tests.house.mutants import Mutant
from tests.house.principals import BANCA
from tests.house.world import SLUG

KIND = TriageKind.ACCEPT


def guarded_function(guard: Mutant) -> FunctionType:
    """Return the function, or the method, that a guard stands in."""
    module = importlib.import_module(guard.where)
    found: Any = module
    for name in _names_around(ast.parse(inspect.getsource(module)), guard.line):
        found = getattr(found, name)
    if isinstance(found, property):
        found = found.fget
    found = inspect.unwrap(found)
    assert isinstance(found, FunctionType)
    return found


def _names_around(tree: ast.Module, line: int) -> list[str]:
    """Return the names of the class, if any, and of the outermost function around a line."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.lineno <= line <= (
            node.end_lineno or 0
        ):
            names.append(node.name)
            if isinstance(node, ast.FunctionDef):
                break
    return names


def asked_right(guard: Mutant) -> Permission:
    """Return the permission that a guard asks for; that of ``KIND`` where the kind decides."""
    (statement,) = ast.parse(guard.guard).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    (asked,) = statement.value.args
    return Permission[asked.attr] if isinstance(asked, ast.Attribute) else ALSO_NEEDED[KIND]


def call_guarded(house: House, session: Session, guard: Mutant) -> None:
    """Call what is guarded without the right; raises Forbidden as long as the guard is there."""
    alice = session.scalars(select(User).where(User.email == "alice@example.org")).one()
    everything_else = frozenset(Permission) - {asked_right(guard)}
    role = OrganisationRole.ADMINISTRATOR
    actor = Actor(alice.id, alice.email, alice.name, role, scopes=everything_else)
    access = open_project(session, actor, SLUG)
    given: dict[str, Any] = {
        "session": session,
        "actor": actor,
        "access": access,
        "config": house.resources.config,
        "kind": KIND,
    }
    function = guarded_function(guard)
    names = inspect.signature(function).parameters
    if "opened" in names:
        given["opened"] = _an_item(house, session, access)
    if function.__name__ == "export_another":  # of oneself: about others a second guard is asked
        given["user_id"] = alice.id
    if function.__name__ == "undo_action":
        given["action_id"] = _an_action_on_accepted(house, session)
    function(**{name: given.get(name) for name in names})


def _an_item(house: House, session: Session, access: ProjectAccess) -> ItemAccess:
    place = house.world.places[BANCA]
    checklist = open_checklist(session, access, place["number"])
    return open_item(session, access, checklist, place["identifier"])


def _an_action_on_accepted(house: House, session: Session) -> int:
    """Return an action whose findings had been accepted before it: undoing accepts them again."""
    number: int = house.world.places[BANCA]["action_id"]
    of_action = update(TriageMember).where(TriageMember.action_id == number)
    session.execute(of_action.values(mark_before=FindingMark.ACCEPTED))
    not_undone = update(TriageAction).where(TriageAction.id == number)
    session.execute(not_undone.values(undone_at=None))
    return number
