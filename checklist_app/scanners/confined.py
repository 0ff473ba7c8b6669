"""Read a report in a child process that can harm nothing, and give back what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from checklist_app.domain.findings import ParsedScan
from checklist_app.sandbox import Limits, run_confined
from checklist_app.scanners.base import Progress
from checklist_app.scanners.table import parse_report

PARSE_LIMITS = Limits(memory_mb=1024, cpu_seconds=60, wall_seconds=120, output_mb=256)


def parse_confined(
    path: Path,
    *,
    limits: Limits = PARSE_LIMITS,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Progress | None = None,
    named: str = "",
) -> ParsedScan:
    """Recognise and read a report with limits on memory and time, without network.

    Args:
        path: the file; its name means nothing.
        limits: what the reading may use.
        cancelled: asked about five times a second; True ends the reading.
        on_progress: called with results read so far and in all.
        named: key of the format that a person says it has; empty leaves it to the content.

    Raises:
        UnreadableReport: what is wrong with the file and what to do.
        LimitExceeded: reading it needs more memory or time than allowed.
        Cancelled: ``cancelled`` said so.
        JobFailed: the parser broke on it.
    """
    answer = run_confined(
        f"{__name__}:parse_in_child",
        json.dumps({"path": str(path.resolve()), "named": named}).encode(),
        limits=limits,
        readable=(path,),
        cancelled=cancelled,
        on_progress=on_progress,
    )
    return ParsedScan.from_json(json.loads(answer))


def parse_in_child(payload: bytes, _scratch: Path, progress: Progress) -> bytes:
    """Read the report that the payload names; runs in the child."""
    asked = json.loads(payload)
    scan = parse_report(Path(asked["path"]), progress, named=asked["named"])
    return json.dumps(scan.to_json(), ensure_ascii=False).encode()
