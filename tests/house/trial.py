"""Takes a guard away and says what notices it first: the table, the matrix, or the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import g, request  # noqa: TID251 - in place of the guard, which keeps it there

from checklist_app.domain.errors import Forbidden
from checklist_app.domain.permissions import PROJECT_PERMISSIONS, Permission
from checklist_app.queries.access import open_project
from checklist_app.web import access
from checklist_app.web.transaction import db_session
from tests.house.bodies import first_foreign_key_taken
from tests.house.conftest import House
from tests.house.declared import declares_what_the_table_says
from tests.house.direct import call_guarded
from tests.house.mutants import Mutant, without
from tests.house.walker import first_deviation, for_services, unkept

STRANGERS = ("charlie", "alice", "zoe")
"""Those for whom a missing filter opens the project of somebody else."""
WEAK = ("vera", "carla", "bob", "martha", "zoe", "narrow pipeline")
"""Those whom the guard of the web refuses before a service can."""


class Trial:
    """Takes guards away from one house, and remembers how it answered with all of them."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._before: dict[tuple[str, str], int] = {}

    def noticed(self, mutant: Mutant) -> str:
        """Return what notices that a guard is gone; empty when nothing does."""
        app = self._house.app
        if mutant.kind == "view":
            with without(app, mutant):
                same = declares_what_the_table_says(app, mutant.where)
            return "" if same else "the declaration is not what the table says"
        word = mutant.where.rpartition(".")[2]
        if mutant.kind == "filter":
            with without(app, mutant):
                return first_foreign_key_taken(self._house) or first_deviation(
                    self._house, STRANGERS, word
                )
        direct = self.called_directly(mutant)
        if direct:
            return direct
        with open_guard():
            return self._first_change(mutant, word)

    def called_directly(self, mutant: Mutant) -> str:
        """Return what comes of calling the guarded function without the right, if not Forbidden."""
        with self._house.resources.sessions() as session, without(self._house.app, mutant):
            try:
                call_guarded(self._house, session, mutant)
            except Forbidden:
                return ""
            except Exception as error:
                return f"called directly, {type(error).__name__} and not Forbidden"
        return "called directly, nothing is refused"

    def _first_change(self, mutant: Mutant, word: str) -> str:
        """Return the first request that is answered otherwise once a service no longer refuses.

        What is refused for another reason counts as well: the check that should come first is gone.
        """
        doors = for_services(self._house, WEAK)
        near = [door for door in doors if word in door[1].rule.endpoint]
        for some in (near, [door for door in doors if door not in near]):
            for person, cell in some:
                key = (person.name, str(cell))
                if key not in self._before:
                    self._before[key] = unkept(self._house, person, cell)
            with without(self._house.app, mutant):
                for person, cell in some:
                    status = unkept(self._house, person, cell)
                    before = self._before[person.name, str(cell)]
                    if status != before:
                        return f"{person.name}: {cell}, {before} before and {status} without it"
        return ""


@contextmanager
def open_guard() -> Iterator[None]:
    """Let everybody through the guard of the web into what is theirs, whatever their role."""

    def check(permission: Permission) -> None:
        who = access.actor()
        if permission in PROJECT_PERMISSIONS:
            slug = (request.view_args or {})["slug"]
            g.project_access = open_project(db_session(), who, slug)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(access, "_check", check)
        patched.setattr(access, "_ask_for_proof", lambda: None)
        yield
