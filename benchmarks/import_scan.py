"""How long a scanner report takes from job to suggestions, how many statements, how much memory.

Each run works in a place of its own, where two checklists are open (the base list and one of 345
items). The report is imported by the real job in a process like a worker's, then once more, and
once more with its stamp taken away, so that it has to be read: neither may write findings or
suggestions.

A size is a number of SARIF results (above 10,000 they have no code flows, so that the file stays
below what can be uploaded), or megabytes of ZAP's XML.

Run: ``.venv/bin/python -m benchmarks.import_scan [--format sarif] [--size 10000] [--runs 3]
[--database URL]``
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from statistics import median
from typing import Any

from sqlalchemy import func, select, update

from benchmarks.browsing import clean_environment
from benchmarks.figures import tell
from benchmarks.large_audit import LargeAudit, prepare
from benchmarks.place import add_options, opened_place, settings_for_child
from benchmarks.sarif_file import sarif_report
from benchmarks.zap_file import zap_report
from checklist_app.models import Finding, ScanImport, Suggestion, SuggestionFinding
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports

LARGE = 10_000
TARGETS = {"sarif": (5.0, 2.0), "sarif, large": (60.0, 20.0), "zap": (30.0, 30.0)}
"""Seconds for the first import, and for the same file again."""
TARGET_MB = 400
RESULTS = frozenset({"finding", "suggestion", "suggestion_finding"})
_IMPORTS = ("first", "again", "reread")
USUAL_SIZE = {"sarif": LARGE, "zap": 50}


def main() -> None:
    """Print one line of JSON with the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--format", choices=("sarif", "zap"), default="sarif")
    parser.add_argument("--size", type=int, default=0, help="default: 10000 results, or 50 MB")
    add_options(parser, runs=3)
    options = parser.parse_args()
    size = options.size or USUAL_SIZE[options.format]
    is_large = options.format == "sarif" and size > LARGE
    report = zap_report(size) if options.format == "zap" else sarif_report(size, is_lean=is_large)
    runs = [measure(report, options.database) for _ in range(options.runs)]
    first, again, reread = (_summed([run[which] for run in runs]) for which in _IMPORTS)
    rewritten = sum(
        run[which]["writes"].get(table, 0)
        for run in runs
        for which in ("again", "reread")
        for table in RESULTS
    )
    most = TARGETS["sarif, large" if is_large else options.format]
    tell(
        {
            "benchmark": "import_scan",
            "database": runs[0]["database"],
            "format": options.format,
            "size": size,
            "megabytes": round(len(report) / 1e6, 1),
            **runs[0]["rows"],
            "first": first,
            "again": again,
            "reread": reread,
        },
        {
            "seconds": (first["seconds"], most[0]),
            "again_seconds": (again["seconds"], most[1]),
            "worker_mb": (max(one["worker_mb"] for one in (first, again, reread)), TARGET_MB),
            "parser_mb": (max(one["parser_mb"] for one in (first, again, reread)), TARGET_MB),
            "writes_of_results_again": (rewritten, 0),
        },
    )


def _summed(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "seconds": round(median(run["seconds"] for run in runs), 2),
        "all_seconds": [round(run["seconds"], 2) for run in runs],
        "worker_processor": round(median(run["worker_processor"] for run in runs), 2),
        "parser_processor": round(median(run["parser_processor"] for run in runs), 2),
        "statements": runs[0]["statements"],
        "writes": runs[0]["writes"],
        "worker_mb": max(run["worker_mb"] for run in runs),
        "parser_mb": max(run["parser_mb"] for run in runs),
    }


def measure(report: bytes, server: str) -> dict[str, Any]:
    """Import a report three times into an empty project; return what each took, what is there."""
    with opened_place(server) as resources:
        audit = prepare(resources)
        first = _import(resources, audit, report)
        rows = _rows(resources)
        again = _import(resources, audit, report)
        with resources.sessions.begin() as session:
            session.execute(update(ScanImport).values(stamp=None))
        reread = _import(resources, audit, report)
        assert _rows(resources) == {**rows, "imports": 3}
        return {
            "database": resources.engine.dialect.name,
            "rows": rows,
            "first": first,
            "again": again,
            "reread": reread,
        }


def _import(resources: Resources, audit: LargeAudit, report: bytes) -> dict[str, Any]:
    (taken,) = take_reports(resources.store, resources.config, "report", io.BytesIO(report))
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
