"""Takes a guard away and says what notices it first: the table, the matrix, or the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import g, request  # noqa: TID251 - in place of the guard, which keeps it there

from checklist_app.domain.permissions import PROJECT_PERMISSIONS, Permission
from checklist_app.queries.access import open_project
from checklist_app.web import access
from checklist_app.web.transaction import db_session
from tests.house.conftest import House
from tests.house.mutants import Mutant, without
from tests.house.policy import declares_what_the_table_says
from tests.house.walker import first_deviation, unrefused

STRANGERS = ("charlie", "alice", "zoe")
"""Those for whom a missing filter opens the project of somebody else."""
WEAK = ("vera", "carla", "bob", "martha", "zoe")
"""Those whom the guard of the web refuses before a service can."""


def noticed(house: House, mutant: Mutant) -> str:
    """Return what notices that a guard is gone; empty when nothing does."""
    if mutant.kind == "view":
        with without(house.app, mutant):
            same = declares_what_the_table_says(house.app, mutant.where)
        return "" if same else "the declaration is not what the table says"
    word = mutant.where.rpartition(".")[2]
    with without(house.app, mutant):
        if mutant.kind == "filter":
            return first_deviation(house, STRANGERS, word)
        with open_guard():
            through = unrefused(house, WEAK)
    return through[0] if through else ""


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
        yield
