"""How long a SARIF report of 10,000 results takes from job to suggestions, and how much memory.

Each run works in a place of its own, where two checklists are open (the base list and one of 345
items). The report is imported by the real job in a process like a worker's, then once more: the
second import must write neither findings nor suggestions.

Run: ``.venv/bin/python -m benchmarks.import_sarif [--results 10000] [--runs 3] [--database URL]``
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from statistics import median
from typing import Any

from sqlalchemy import func, select

from benchmarks.browsing import clean_environment
from benchmarks.figures import tell
from benchmarks.large_audit import LargeAudit, prepare
from benchmarks.place import add_options, opened_place, settings_for_child
from benchmarks.sarif_file import sarif_report
from checklist_app.models import Finding, ScanImport, Suggestion, SuggestionFinding
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports

TARGET_SECONDS = 10.0
TARGET_MB = 400
RESULTS = frozenset({"finding", "suggestion", "suggestion_finding"})


def main() -> None:
    """Print one line of JSON with the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=10_000)
    add_options(parser, runs=3)
    options = parser.parse_args()
    report = sarif_report(options.results)
    runs = [measure(report, options.database) for _ in range(options.runs)]
    first = [run["first"] for run in runs]
    again = [run["again"] for run in runs]
    figures = {
        "benchmark": "import_sarif",
        "database": runs[0]["database"],
        "results": options.results,
        "megabytes": round(len(report) / 1e6, 1),
        **runs[0]["rows"],
        "seconds_median": round(median(run["seconds"] for run in first), 2),
        "seconds": [round(run["seconds"], 2) for run in first],
        "statements": first[0]["statements"],
        "worker_mb": max(run["worker_mb"] for run in first),
        "parser_mb": max(run["parser_mb"] for run in first),
        "again_seconds_median": round(median(run["seconds"] for run in again), 2),
        "again_worker_mb": max(run["worker_mb"] for run in again),
        "again_writes": again[0]["writes"],
    }
    rewritten = sum(run["writes"].get(table, 0) for run in again for table in RESULTS)
    tell(
        figures,
        {
            "seconds_median": (figures["seconds_median"], TARGET_SECONDS),
            "worker_mb": (max(figures["worker_mb"], figures["again_worker_mb"]), TARGET_MB),
            "parser_mb": (figures["parser_mb"], TARGET_MB),
            "writes_of_results_again": (rewritten, 0),
        },
    )


def measure(report: bytes, server: str) -> dict[str, Any]:
    """Import a report twice into an empty project; return what both took and what is there."""
    with opened_place(server) as resources:
        audit = prepare(resources)
        first = _import(resources, audit, report)
        rows = _rows(resources)
        again = _import(resources, audit, report)
        assert _rows(resources) == {**rows, "imports": 2}
        return {
            "database": resources.engine.dialect.name,
            "rows": rows,
            "first": first,
            "again": again,
        }


def _import(resources: Resources, audit: LargeAudit, report: bytes) -> dict[str, Any]:
    (taken,) = take_reports(resources.store, resources.config, "scan.sarif", io.BytesIO(report))
    with resources.sessions.begin() as session:
        job_id = import_report(session, audit.access, resources.config, taken)[1].id
    worker = subprocess.run(
        [sys.executable, "-m", "benchmarks.one_job", str(job_id)],
        env={**clean_environment(), **settings_for_child(resources.config)},
        check=True,
        stdout=subprocess.PIPE,
    )
    done: dict[str, Any] = json.loads(worker.stdout)
    assert done["state"] == "done", done
    return done


def _rows(resources: Resources) -> dict[str, int]:
    tables = {
        "imports": ScanImport,
        "findings": Finding,
        "suggestions": Suggestion,
        "suggestion_findings": SuggestionFinding,
    }
    with resources.reading_session() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in tables.items()
        }


if __name__ == "__main__":
    main()
