"""Read a report in a child process that can harm nothing, and give back what it says.

The child writes the results to a file, one in a line, and tells the rest when it is done. So
neither side ever holds all results of a large report.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from checklist_app.domain.findings import FindingState, ParsedFinding, ParsedScan
from checklist_app.domain.scan_stream import StreamedScan
from checklist_app.sandbox import Limits, run_confined
from checklist_app.scanners.base import Progress
from checklist_app.scanners.in_child import RESULTS
from checklist_app.scanners.settling import read_result

PARSE_LIMITS = Limits(memory_mb=1024, cpu_seconds=60, wall_seconds=300, output_mb=512)


@dataclass(frozen=True, slots=True)
class _StoredResults:
    """The results in a file that the child wrote; read anew whenever somebody asks."""

    path: Path

    def __iter__(self) -> Iterator[ParsedFinding]:
        # The child is not trusted to have left an ordinary file there.
        with os.fdopen(os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as lines:
            yield from map(read_result, lines)


@contextmanager
def read_confined(
    path: Path,
    *,
    limits: Limits = PARSE_LIMITS,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Progress | None = None,
    named: str = "",
) -> Iterator[StreamedScan]:
    """Recognise and read a report with limits on memory and time, without network.

    The results can be asked for until the end of the context.

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
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        scratch = Path(folder).resolve()
        answer = run_confined(
            "checklist_app.scanners.in_child:read_in_child",
            json.dumps({"path": str(path.resolve()), "named": named}).encode(),
            limits=limits,
            scratch=scratch,
            readable=(path,),
            cancelled=cancelled,
            on_progress=on_progress,
        )
        told = json.loads(answer)
        about = ParsedScan.from_json(told["about"])
        states = Counter({FindingState(state): count for state, count in told["states"].items()})
        account = about.account_of(states, told["merged"])
        yield StreamedScan.of(about, account, _StoredResults(scratch / RESULTS))


def parse_confined(path: Path, *, limits: Limits = PARSE_LIMITS, named: str = "") -> ParsedScan:
    """Do the same as :func:`read_confined` and return everything at once."""
    with read_confined(path, limits=limits, named=named) as scan:
        return scan.whole()
