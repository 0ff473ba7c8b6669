"""Asks at a view whose declaration is weaker than the table wants, as somebody it now lets in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from typing import Any

import pytest

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import Permission
from checklist_app.queries.access import ProjectAccess
from checklist_app.web import access
from tests.house.conftest import House
from tests.house.mutants import Mutant, without
from tests.house.principals import BANCA
from tests.house.sending import outcome, send, with_new_token
from tests.house.walk import Cell, Person, cells
from tests.house.walker import undone

LET_IN = ("vera", "nobody")
"""Whom a weaker declaration lets in: whoever only reads, or is signed in; or everybody."""
REFUSED = frozenset({"403", "404", "sign in"})


class Asked(StrEnum):
    """What came of the requests that the table refuses, once the declaration is weaker."""

    LET_IN = "let in"
    BROKEN = "broken, for nobody has opened the project that the view works in"
    SECOND = "refused by a second guard, and let in once services and queries refuse nothing"
    HELD = "refused all the same: the view asks who is there, or the service whose it is"
    NEVER = "no request was there to send"


@contextmanager
def services_refuse_nothing() -> Iterator[None]:
    """Let the guard of the web alone ask for a right: whatever asks for it behind is told yes."""
    web = access._check
    is_web = False

    def check(permission: Permission) -> None:
        nonlocal is_web
        is_web = True
        try:
            web(permission)
        finally:
            is_web = False

    def asked(real: Callable[[Any, Permission], None]) -> Callable[[Any, Permission], None]:
        return lambda who, permission: real(who, permission) if is_web else None

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(access, "_check", check)
        for who in (Actor, ProjectAccess):
            patched.setattr(who, "require", asked(who.require))
        yield


class Doors:
    """The requests to whole addresses that the table refuses, by endpoint."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._found: dict[tuple[str, str], list[tuple[Person, Cell]]] = defaultdict(list)
        for name in LET_IN:
            person = with_new_token(house.app, house.people[name])
            for cell in cells(house.app, person, house.world):
                if cell.case in (BANCA, "plain") and cell.expected in REFUSED:
                    self._found[name, cell.rule.endpoint].append((person, cell))

    def ask(self, mutant: Mutant) -> Asked:
        """Return what comes of it without the declaration; nothing is kept."""
        came = self._came(mutant)
        if came is Asked.HELD:
            with services_refuse_nothing():
                again = self._came(mutant)
            return Asked.SECOND if again is Asked.LET_IN else Asked.HELD
        return came

    def refuse(self, mutant: Mutant) -> bool:
        """Return whether the declaration alone refuses, where nothing behind it does."""
        with services_refuse_nothing():
            return self._came(mutant, nullcontext()) is Asked.HELD

    def _came(self, mutant: Mutant, weakened: AbstractContextManager[None] | None = None) -> Asked:
        """Send the requests of the first whom the table refuses; return the worst that came."""
        requests = next(
            (found for name in LET_IN if (found := self._found[name, mutant.where])), []
        )
        client = self._house.app.test_client(use_cookies=False)
        said = set()
        for person, cell in requests:
            with undone(), weakened or without(self._house.app, mutant):
                answer = send(client, self._house.app, person, cell)
            said.add(outcome(answer, cell) if answer.status_code < 500 else "broken")
        if not said:
            return Asked.NEVER
        if said - REFUSED - {"broken"}:
            return Asked.LET_IN
        return Asked.BROKEN if "broken" in said else Asked.HELD
