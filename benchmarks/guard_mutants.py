"""Take every guard of authorisation away in turn, and count which are noticed.

    .venv/bin/python -m benchmarks.guard_mutants [KIND]

KIND is ``view``, ``proof``, ``enrolment``, ``require``, ``filter``, ``refusal``, ``state`` or
``ended``; without it all are tried. Prints what survives and a table for docs/security.md.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.house.alone import first_sign
from tests.house.conftest import House, built_house
from tests.house.let_in import Asked, Doors
from tests.house.mutants import (
    Mutant,
    code_mutants,
    enrolment_mutants,
    proof_mutants,
    view_mutants,
    without,
    without_code,
)
from tests.house.neighbours import Neighbours, built_neighbours
from tests.house.proofs import Askers
from tests.house.trial import Trial

WORDS = {
    "view": "`@requires` on a view, asked by a request",
    "proof": "`@recent_auth` on a view, asked by a request",
    "enrolment": "on a view, the second factor that has to be added first, asked by a request",
    "require": "`require(…)` in services and queries",
    "filter": "a key of an owner or a parent, compared in a question",
    "refusal": "such a key, in a condition that ends a function",
    "state": "what still counts (not revoked, over, used, spent or closed), in a question",
    "ended": "what counts no more, in a condition that ends a function",
}


class Run:
    """Takes guards away from one house, and counts what came of it."""

    def __init__(self, house: House, neighbours: Neighbours) -> None:
        self._house, self._neighbours = house, neighbours
        self._trial, self._doors = Trial(house), Doors(house)
        self._askers = Askers(house)
        self.tried, self.found = Counter[str](), Counter[str]()
        self.asked = Counter[str]()

    def every(self, wanted: str) -> None:
        """Try every guard of a kind, and print which ones nothing notices."""
        app = self._house.app
        of_views = (*view_mutants(app), *proof_mutants(app), *enrolment_mutants(app))
        for mutant in (*of_views, *code_mutants()):
            if wanted in mutant.kind:
                is_noticed = self._is_noticed(mutant)
                self.tried[mutant.kind] += 1
                self.found[mutant.kind] += is_noticed
                if not is_noticed:
                    print(f"survives: {mutant}", flush=True)

    def _is_noticed(self, mutant: Mutant) -> bool:
        match mutant.kind:
            case "view":
                came = self._doors.ask(mutant)
                self.asked[came] += 1
                self.asked["declares something else than the table"] += bool(
                    self._trial.noticed(mutant)
                )
                return came not in (Asked.HELD, Asked.NEVER)
            case "proof":
                with without(self._house.app, mutant):
                    return not self._askers.is_asked_for_a_proof(mutant)
            case "enrolment":
                with without(self._house.app, mutant):
                    return not self._askers.is_led_to_a_second_factor(mutant)
            case "filter" | "refusal" | "state" | "ended":
                with without_code(mutant):
                    return bool(first_sign(self._neighbours, mutant))
            case _:
                return bool(self._trial.noticed(mutant))


def main() -> int:
    """Try them all; return how many were not noticed."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    logging.disable(logging.CRITICAL)
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        built_house(Path(folder)) as house,
        built_neighbours(Path(folder)) as neighbours,
    ):
        run = Run(house, neighbours)
        run.every(wanted)
    day = datetime.now(UTC).date().isoformat()
    print(f"\n{day}, {time.monotonic() - started:.0f} s\n")
    print("| guard taken away | tried | noticed |\n|---|--:|--:|")
    for kind in filter(run.tried.get, WORDS):
        print(f"| {WORDS[kind]} | {run.tried[kind]} | {run.found[kind]} |")
    print("\n| at a view that declares less | views |\n|---|--:|")
    for came, number in run.asked.items():
        print(f"| {came} | {number} |")
    return sum(run.tried.values()) - sum(run.found.values())


if __name__ == "__main__":
    sys.exit(bool(main()))
