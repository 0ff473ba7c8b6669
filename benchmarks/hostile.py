"""Every hostile file of the tests through the real import: how each ends, how long, how much.

Each file is stored, queued and read by the job of a worker, as an upload is. Meanwhile the web
server is asked for its health all the time. A file that is refused must leave a message and no
finding; after the files of a format its honest sample must still be imported.

Run: ``.venv/bin/python -m benchmarks.hostile [--part 1/1]``
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.browsing import served
from benchmarks.figures import percentile, tell
from benchmarks.place import opened_place
from benchmarks.watch_health import watched
from checklist_app.domain.errors import DomainError
from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import JobState
from checklist_app.jobs.worker import work_until_over
from checklist_app.models import Blob, Finding, Job, ScanImport
from checklist_app.queries.access import ProjectAccess
from checklist_app.services.clock import now
from checklist_app.services.projects import create_project
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports
from tests.cast import make_cast
from tests.scanners.hostile_files import hostile, samples

SLOWEST_SECONDS = 10.0
MOST_MB = 512.0
HEALTH_P99_MS = 500.0
SHORTEST_MESSAGE = 20
KEPT_BYTES = 1_000_000
"""Larger files are taken out of the store when they were read: the disk is not what is measured."""


@dataclass(slots=True)
class Tally:
    """What was seen so far; ``bad`` names what broke a promise."""

    endings: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)


def main() -> None:
    """Print one line of JSON with the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="1/1", help="1/5: every fifth file, from the first")
    logging.disable(logging.ERROR)  # each refusal is a warning of the worker: thousands of them
    part, parts = map(int, parser.parse_args().part.split("/"))
    figures = measure(part - 1, parts)
    tell(
        figures,
        {
            "slowest_s": (figures["slowest_s"], SLOWEST_SECONDS),
            "peak_mb": (figures["peak_mb"], MOST_MB),
            "health_p99_ms": (figures["health_p99_ms"], HEALTH_P99_MS),
            "bad": (len(figures["bad"]), 0),
            "left_behind": (figures["left_behind"], 0),
        },
    )


def measure(part: int, parts: int) -> dict[str, Any]:
    """Import the files one after another, those of each sample into a project of their own."""
    tally = Tally()
    with opened_place("", is_empty=True) as resources, served(resources) as port:
        with resources.sessions.begin() as session:
            alice = make_cast(session).alice
        with watched(port) as health:
            number = 0
            for sample in samples():
                with resources.sessions.begin() as session:
                    access = create_project(session, alice, name=sample.name)
                for name, data in hostile(sample):
                    if number % parts == part:
                        _try(resources, access, f"{sample.name}: {name}", data, tally)
                    number += 1
                _try_honest(resources, access, sample, tally)
        left_behind = _left_behind(resources)
    return {
        "benchmark": "hostile",
        "formats": len(samples()),
        "files": tally.endings.total(),
        **{ending.replace(" ", "_"): count for ending, count in sorted(tally.endings.items())},
        "slowest_s": round(max(tally.seconds), 2),
        "p99_s": round(percentile(tally.seconds, 99), 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "health_asked": len(health.milliseconds),
        "health_failed": health.failed,
        "health_p99_ms": round(percentile(health.milliseconds, 99), 1),
        "left_behind": left_behind + health.failed,
        "bad": tally.bad,
    }


def _try(resources: Resources, access: ProjectAccess, name: str, data: bytes, tally: Tally) -> None:
    began = time.perf_counter()
    ending, message, scan_import_id = _import(resources, access, data)
    seconds = time.perf_counter() - began
    tally.seconds.append(seconds)
    tally.endings[ending] += 1
    if seconds > SLOWEST_SECONDS:
        tally.bad.append(f"{name}: {seconds:.1f} s")
    if ending not in ("refused", "read"):
        tally.bad.append(f"{name}: {ending}: {message}")
    if ending != "read" and len(message) < SHORTEST_MESSAGE:
        tally.bad.append(f"{name}: says only {message!r}")
    if ending != "read" and _findings(resources, scan_import_id):
        tally.bad.append(f"{name}: refused, and left findings")


def _try_honest(resources: Resources, access: ProjectAccess, sample: Path, tally: Tally) -> None:
    ending, message, _ = _import(resources, access, sample.read_bytes())
    if ending != "read":
        tally.bad.append(f"{sample.name}: the honest report after them: {message}")


def _import(resources: Resources, access: ProjectAccess, data: bytes) -> tuple[str, str, int]:
    """Return how it ended, what was said, and the row of the import (0 where there is none)."""
    try:
        (taken,) = take_reports(resources.store, resources.config, "upload", io.BytesIO(data))
    except DomainError as error:
        return "refused", str(error), 0
    with resources.sessions.begin() as session:
        scan_import, job = import_report(session, access, resources.config, taken)
        scan_import_id, job_id = scan_import.id, job.id
    state = work_until_over(resources, job_id)
    if len(data) > KEPT_BYTES:
        resources.store.delete(taken.blob.sha256, before=now() + timedelta(days=1))
    with resources.reading_session() as session:
        kept = session.get_one(Job, job_id)
        message = str(Text.from_json(kept.message)) if kept.message else ""
        account = session.get_one(ScanImport, scan_import_id).account
    if state is JobState.DONE:
        parts = ("findings", "passes", "suppressed", "observations", "skipped")
        adds_up = account["read"] == sum(account[part] for part in parts)
        return ("read" if adds_up else "does not add up"), message, scan_import_id
    return _why_not(message, attempts=kept.attempts), message, scan_import_id


def _why_not(message: str, *, attempts: int) -> str:
    if attempts > 1 or "unexpected" in message:
        return "broken"
    return "over a limit" if "needs more" in message or "took" in message else "refused"


def _findings(resources: Resources, scan_import_id: int) -> int:
    with resources.reading_session() as session:
        counted = select(func.count()).where(Finding.first_import_id == scan_import_id)
        return session.scalar(counted) or 0


def _left_behind(resources: Resources) -> int:
    """Count files of the store that no row names, drafts, and children that still run."""
    with resources.reading_session() as session:
        named = set(session.scalars(select(Blob.sha256)))
    files = [path for path in resources.config.blob_dir.rglob("*") if path.is_file()]
    nameless = [path for path in files if path.parent.name + path.name not in named]
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return len(nameless) + len(children) - 1  # the web server itself


if __name__ == "__main__":
    main()
