"""Take every guard of authorisation away in turn, and count which are noticed.

    .venv/bin/python -m benchmarks.guard_mutants [KIND]

KIND is ``view``, ``require``, ``filter`` or ``refusal``; without it all are tried. Prints what
survives and a table for docs/security.md.
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
from tests.house.conftest import built_house
from tests.house.mutants import code_mutants, view_mutants, without_code
from tests.house.neighbours import built_neighbours
from tests.house.trial import Trial

WORDS = {
    "view": "`@requires` on a view",
    "require": "`require(…)` in services and queries",
    "filter": "key of an owner or a parent compared in a question",
    "refusal": "the same in a condition that ends a function",
}


def main() -> int:
    """Try them all; return how many were not noticed."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    logging.disable(logging.CRITICAL)
    started, tried, found = time.monotonic(), Counter[str](), Counter[str]()
    with (
        tempfile.TemporaryDirectory() as folder,
        built_house(Path(folder)) as house,
        built_neighbours(Path(folder)) as neighbours,
    ):
        trial = Trial(house)
        for mutant in (*view_mutants(house.app), *code_mutants()):
            if wanted not in mutant.kind:
                continue
            tried[mutant.kind] += 1
            if mutant.kind in ("filter", "refusal"):
                with without_code(mutant):
                    by = first_sign(neighbours, mutant)
            else:
                by = trial.noticed(mutant)
            found[mutant.kind] += bool(by)
            if not by:
                print(f"survives: {mutant}", flush=True)
    day = datetime.now(UTC).date().isoformat()
    print(f"\n{day}, {time.monotonic() - started:.0f} s\n")
    print("| guard taken away | tried | noticed |\n|---|--:|--:|")
    for kind, number in tried.items():
        print(f"| {WORDS[kind]} | {number} | {found[kind]} |")
    return sum(tried.values()) - sum(found.values())


if __name__ == "__main__":
    sys.exit(bool(main()))
