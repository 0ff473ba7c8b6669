"""Does the interface for programs keep what its document says, whoever asks?

    .venv/bin/python -m benchmarks.contract                     everybody, 200 examples each
    .venv/bin/python -m benchmarks.contract alice --examples 50

Starts a server on loopback over a filled database of its own for each role, and lets schemathesis
try every operation with all of its checks. Exit 1 when anything was found.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.contract.running import ALONE, ROLES, STATEFUL, served, tried


def main() -> int:
    """Try everybody who was named, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("roles", nargs="*", default=ROLES, help=", ".join(ROLES))
    parser.add_argument("--examples", type=int, default=200, help="of each operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", nargs="*", default=[*ALONE, STATEFUL])
    wanted = parser.parse_args()
    # The server of this process logs every refusal; there are tens of thousands.
    logging.getLogger().addHandler(logging.NullHandler())
    failed = False
    for role in wanted.roles:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as name, served(Path(name)) as server:
            trial = tried(
                server,
                role,
                Path(name),
                examples=wanted.examples,
                seed=wanted.seed,
                phases=tuple(wanted.phases),
            )
        failed |= not trial.passed
        took = time.monotonic() - began
        word = "nothing found" if trial.passed else "FAILED"
        print(f"{role}: {trial.cases} requests, {word}, {took:.0f} s", flush=True)
        if not trial.passed:
            print(trial.told)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
