"""Asks at views as somebody who proved long ago who they are, or lacks the factor they need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from checklist_app.web import access
from tests.house.conftest import House
from tests.house.mutants import Mutant
from tests.house.principals import BANCA
from tests.house.sending import READING, send, with_new_token
from tests.house.walk import Cell, Person, cells
from tests.house.walker import undone

MAY = ("alice", "ada")
"""An owner and an administrator: one of them may use each view."""


@contextmanager
def long_after_the_proof() -> Iterator[None]:
    """Let everybody's last proof of identity be too old."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(access, "is_recent", lambda *_: False)
        yield


@contextmanager
def without_a_second_factor() -> Iterator[None]:
    """Let everybody have to add a second factor before anything else."""
    real = access.actor
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(access, "actor", lambda: replace(real(), must_enrol=True))
        yield


class Askers:
    """What somebody who may use a view sends to it, by endpoint."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._found: dict[str, tuple[Person, Cell]] = {}
        for name in MAY:
            person = with_new_token(house.app, house.people[name])
            for cell in cells(house.app, person, house.world):
                is_whole = cell.case in (BANCA, "plain") and cell.expected == "allowed"
                is_shown = cell.method in READING and "POST" in (cell.rule.methods or ())
                if is_whole and not is_shown:
                    self._found.setdefault(cell.rule.endpoint, (person, cell))

    def is_asked_for_a_proof(self, mutant: Mutant) -> bool:
        """Return whether a view answers only who proves first who they are."""
        with long_after_the_proof():
            cell, answer = self._answer(mutant)
        if cell.method in READING and not cell.is_operation:
            return answer.headers.get("Location", "").startswith("/confirm?")
        return answer.status_code == (401 if cell.is_operation else 403)

    def is_led_to_a_second_factor(self, mutant: Mutant) -> bool:
        """Return whether a view does nothing for somebody who has to add a factor first."""
        with without_a_second_factor():
            cell, answer = self._answer(mutant)
        if cell.method in READING and not cell.is_operation and answer.status_code != 403:
            return answer.headers.get("Location", "") == "/account/factors"
        return answer.status_code == 403

    def _answer(self, mutant: Mutant) -> tuple[Cell, TestResponse]:
        person, cell = self._found[mutant.where]
        client = self._house.app.test_client(use_cookies=False)
        with undone():
            return cell, send(client, self._house.app, person, cell)
