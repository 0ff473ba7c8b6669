"""How long the page of a checklist with 345 items takes, and how many SQL statements.

Run: ``.venv/bin/python -m benchmarks.checklist_page [--requests 60] [--runs 3] [--database URL]``
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.browsing import in_process, on_loopback
from benchmarks.figures import by_run, counted, median, p95, tell
from benchmarks.large_audit import ITEMS, prepare, work_through
from benchmarks.place import add_options, opened_place

TARGET_MS = 150.0
TARGET_STATEMENTS = 12
WARM_UP = 5


def main() -> None:
    """Print one line of JSON with the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=60, help="requests of each run")
    add_options(parser, runs=3)
    options = parser.parse_args()
    figures = measure(options.requests, options.runs, options.database)
    tell(
        figures,
        {
            "statements": (figures["statements"], TARGET_STATEMENTS),
            "server_ms_median": (figures["server_ms_median"], TARGET_MS),
            "loopback_ms_median": (figures["loopback_ms_median"], TARGET_MS),
        },
    )


def measure(requests: int, runs: int, server: str) -> dict[str, Any]:
    """Open the page ``requests`` times in each run, in this process and through the web server."""
    with opened_place(server) as resources:
        audit = prepare(resources)
        work_through(resources, audit)
        path = f"/projects/{audit.cast.project.slug}/checklists/{audit.large.number}"
        with in_process(resources, audit.cast.alice) as page:
            for _ in range(WARM_UP):
                text = page.ask(path)
            assert text.count('class="item-row"') == ITEMS
            with counted(page.resources.engine) as statements:
                page.ask(path)
            page.watch.reset()
            for _ in range(requests * runs):
                page.ask(path)
            with on_loopback(resources, page) as server_connection:
                for _ in range(WARM_UP):
                    server_connection.ask(path)
                server_connection.milliseconds.clear()
                for _ in range(requests * runs):
                    server_connection.ask(path)
            took = [page.watch.wall, page.watch.processor, server_connection.milliseconds]
    wall, processor, loopback = (by_run(values, requests) for values in took)
    return {
        "benchmark": "checklist_page",
        "database": resources.engine.dialect.name,
        "items": ITEMS,
        "kilobytes": len(text.encode()) // 1024,
        "requests": requests * runs,
        "statements": statements.count,
        "server_ms_median": median(map(median, wall)),
        "server_ms_p95": median(map(p95, wall)),
        "processor_ms_median": median(map(median, processor)),
        "processor_ms_p95": median(map(p95, processor)),
        "loopback_ms_median": median(map(median, loopback)),
        "loopback_ms_p95": median(map(p95, loopback)),
    }


if __name__ == "__main__":
    main()
