"""How long the whole library takes to load, to be looked at again, and to be read on its page.

Run: ``.venv/bin/python -m benchmarks.library [--requests 40] [--runs 3] [--database URL]``
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from sqlalchemy import func, select

from benchmarks.browsing import in_process
from benchmarks.figures import by_run, counted, median, p95, tell
from benchmarks.place import add_options, opened_place
from checklist_app.cli.prepare import bring_up_to_date
from checklist_app.models import Requirement, Standard
from checklist_app.services.resources import Resources
from tests.cast import make_cast

LOAD_SECONDS = 20.0
AGAIN_SECONDS = 2.0
PAGE_MS = 150.0
PAGE = "/standards/owasp-asvs/5.0.0"
STAMP = ".prepared.json"
WARM_UP = 3


def main() -> None:
    """Print one line of JSON with the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=40, help="requests of each run")
    add_options(parser, runs=3)
    options = parser.parse_args()
    figures = measure(options.requests, options.runs, options.database)
    tell(
        figures,
        {
            "load_s": (figures["load_s"], LOAD_SECONDS),
            "again_s": (figures["again_s"], AGAIN_SECONDS),
            "again_without_stamp_s": (figures["again_without_stamp_s"], AGAIN_SECONDS),
            "page_ms_median": (figures["page_ms_median"], PAGE_MS),
        },
    )


def measure(requests: int, runs: int, server: str) -> dict[str, Any]:
    """Load into an empty database ``runs`` times; ask for the page in the last one."""
    loads, again, unstamped = [], [], []
    for run in range(runs):
        with opened_place(server, is_empty=True) as resources:
            loads.append(_seconds(resources))
            again.append(_seconds(resources))
            # Another machine, or the same one with a new folder: nobody remembers that all is done.
            (resources.config.data_dir / STAMP).unlink()
            unstamped.append(_seconds(resources))
            if run == runs - 1:
                page = _page(resources, requests * runs, requests)
    return {
        "benchmark": "library",
        "database": resources.engine.dialect.name,
        "load_s": round(median(loads), 2),
        "again_s": round(median(again), 2),
        "again_without_stamp_s": round(median(unstamped), 2),
        **page,
    }


def _seconds(resources: Resources) -> float:
    start = time.perf_counter()
    bring_up_to_date(resources)
    return time.perf_counter() - start


def _page(resources: Resources, requests: int, per_run: int) -> dict[str, Any]:
    with resources.sessions.begin() as session:
        cast = make_cast(session)
        editions = session.scalar(select(func.count()).select_from(Standard))
        leaves = session.scalar(
            select(func.count()).select_from(Requirement).where(Requirement.is_leaf)
        )
    with in_process(resources, cast.alice) as page:
        for _ in range(WARM_UP):
            text = page.ask(PAGE)
        with counted(page.resources.engine) as statements:
            page.ask(PAGE)
        page.watch.reset()
        for _ in range(requests):
            page.ask(PAGE)
    wall = by_run(page.watch.wall, per_run)
    return {
        "editions": editions,
        "requirements": leaves,
        "page_kilobytes": len(text.encode()) // 1024,
        "page_statements": statements.count,
        "page_ms_median": median(map(median, wall)),
        "page_ms_p95": median(map(p95, wall)),
    }


if __name__ == "__main__":
    main()
