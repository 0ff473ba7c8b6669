"""The formats that are tried first, and how a report of any format is read into a file.

Most large reports are of these. Whoever reads one in a process of its own so needs not load the
other formats, which takes longer than reading a small report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from checklist_app.domain.findings import FindingState, ParsedScan
from checklist_app.scanners import ohdf, own_format, sarif, zap
from checklist_app.scanners.base import Head, Parser, Report
from checklist_app.scanners.settling import Settling, result_line

FIRST: tuple[Parser, ...] = (
    # These two can carry a report of another tool within.
    own_format.PARSER,
    ohdf.PARSER,
    sarif.PARSER,
    zap.PARSER,
)

ReadScan = tuple[ParsedScan, Mapping[FindingState, int], int]
"""A scan without its results; how many of them there are of each state, merged ones included; and
how many were merged into another one.
"""


def recognised_first(head: Head) -> Parser | None:
    """Return which of these formats a file has, by its beginning; None if it has another one."""
    return next((parser for parser in FIRST if parser.recognises(head)), None)


def read_with(parser: Parser, target: Path, report: Report) -> ReadScan:
    """Read a report and write its results to a file, settled, one JSON line each.

    A large report of a format that can be read piece by piece is never in memory as a whole.

    Raises:
        UnreadableReport: see :class:`checklist_app.scanners.base.Parser`.
    """
    if parser.stream is not None:
        with Settling(target.parent) as settling:
            about = parser.stream(report, settling.take)
            settling.write_to(target)
        return about, settling.states, settling.merged
    scan = parser.parse(report)
    states: Counter[FindingState] = Counter()
    with target.open("wb") as file:
        for result in scan.results:
            states[result.state] += result.results
            file.write(result_line(result))
    return replace(scan, results=()), states, states.total() - len(scan.results)
