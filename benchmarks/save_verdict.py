"""How long saving a verdict takes in a checklist of 345 items, sent as the page's script sends it.

Every save opens the item first, as a reviewer does (not counted), then sends the form (counted):
check, write, and answer with the pane, the row, the section and the totals.

Run: ``.venv/bin/python -m benchmarks.save_verdict [--requests 100] [--runs 5] [--database URL]``
"""

from __future__ import annotations

import argparse
from itertools import cycle
from typing import Any

from benchmarks.browsing import (
    InProcess,
    OnLoopback,
    form_token,
    in_process,
    on_loopback,
    row_version,
)
from benchmarks.figures import by_run, counted, median, p95, tell
from benchmarks.large_audit import (
    ITEMS,
    RATIONALE,
    LargeAudit,
    large_standard,
    prepare,
    work_through,
)
from benchmarks.place import add_options, opened_place

TARGET_MS = 40.0
WARM_UP = 10
OUTCOMES = ("fail", "partial", "not_applicable", "fail")


def main() -> None:
    """Print one line of JSON with the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100, help="saves of each run")
    add_options(parser, runs=5)
    options = parser.parse_args()
    figures = measure(options.requests, options.runs, options.database)
    tell(
        figures,
        {
            "server_ms_p95": (figures["server_ms_p95"], TARGET_MS),
            "loopback_ms_p95": (figures["loopback_ms_p95"], TARGET_MS),
        },
    )


def measure(requests: int, runs: int, server: str) -> dict[str, Any]:
    """Save ``requests`` verdicts in each run, in this process and through the web server."""
    with opened_place(server) as resources:
        audit = prepare(resources)
        work_through(resources, audit)
        with in_process(resources, audit.cast.alice) as page:
            reviewer = Reviewer(page, audit)
            reviewer.save(page, WARM_UP)
            statements = reviewer.count_statements(page)
            page.watch.reset()
            reviewer.save(page, requests * runs)
            with on_loopback(resources, page) as connection:
                reviewer.save(connection, WARM_UP)
                connection.milliseconds.clear()
                reviewer.save(connection, requests * runs)
    # Each save is a look and a save: every second figure counts.
    took = [page.watch.wall[1::2], page.watch.processor[1::2], connection.milliseconds[1::2]]
    wall, processor, loopback = (by_run(values, requests) for values in took)
    return {
        "benchmark": "save_verdict",
        "database": resources.engine.dialect.name,
        "items": ITEMS,
        "requests": requests * runs,
        "statements": statements,
        "server_ms_median": median(map(median, wall)),
        "server_ms_p95": median(map(p95, wall)),
        "processor_ms_median": median(map(median, processor)),
        "processor_ms_p95": median(map(p95, processor)),
        "loopback_ms_median": median(map(median, loopback)),
        "loopback_ms_p95": median(map(p95, loopback)),
    }


class Reviewer:
    """Somebody who goes from item to item and says what they think of it."""

    def __init__(self, page: InProcess, audit: LargeAudit) -> None:
        self._path = f"/projects/{audit.cast.project.slug}/checklists/{audit.large.number}"
        self._token = form_token(page.ask(self._path))
        names = [requirement.identifier for requirement in large_standard().requirements()]
        self._items = cycle(enumerate(names))

    def save(self, through: InProcess | OnLoopback, times: int) -> None:
        """Open the next item and save a verdict on it, so many times."""
        for _ in range(times):
            self._send(through, *self._form(through))

    def count_statements(self, page: InProcess) -> int:
        """Return how many statements one save takes."""
        path, fields = self._form(page)
        with counted(page.resources.engine) as statements:
            self._send(page, path, fields)
        return statements.count

    def _form(self, through: InProcess | OnLoopback) -> tuple[str, dict[str, str]]:
        number, identifier = next(self._items)
        path = f"{self._path}/items/{identifier}"
        version = row_version(through.ask(path, fragment=True))
        return path, {
            "csrf_token": self._token,
            "row_version": version,
            "outcome": OUTCOMES[number % len(OUTCOMES)],
            "rationale": RATIONALE.format(number=f"{number}.{version}"),
        }

    def _send(self, through: InProcess | OnLoopback, path: str, fields: dict[str, str]) -> None:
        answer = through.send(f"{path}/verdict", fields, self._token)
        assert 'id="ws-totals"' in answer


if __name__ == "__main__":
    main()
