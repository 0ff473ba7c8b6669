"""The formats we read, in the order in which they are tried. Nothing is found by searching."""

from __future__ import annotations

from pathlib import Path

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import ParsedScan
from checklist_app.domain.text import text
from checklist_app.scanners import sarif, zap
from checklist_app.scanners.base import Head, Kind, Parser, Progress, Report
from checklist_app.untrusted.json_text import load_json

PARSERS: tuple[Parser, ...] = (sarif.PARSER, zap.PARSER)


def recognise(head: bytes) -> Parser | None:
    """Return the parser for a file that begins with ``head``; None if no format fits.

    Args:
        head: the first bytes; 64 KiB are enough.
    """
    return _recognise(Head.of(head))


def _recognise(head: Head) -> Parser | None:
    return next((parser for parser in PARSERS if parser.recognises(head)), None)


def parse_report(path: Path, progress: Progress = lambda _done, _total: None) -> ParsedScan:
    """Recognise a report by its content and read it, in this process.

    Untrusted files go through :func:`checklist_app.scanners.confined.parse_confined` instead.

    Args:
        path: the file; its name means nothing.
        progress: called with results read so far and in all.

    Raises:
        UnreadableReport: what is wrong with the file and what to do; never an empty result.
    """
    report = Report(path, progress)
    head = report.head()
    parser = _recognise(head)
    if parser is None:
        raise _unknown(head, report)
    return parser.parse(report)


def _unknown(head: Head, report: Report) -> UnreadableReport:
    match head.kind:
        case Kind.EMPTY:
            return UnreadableReport(text("The file is empty. Export the report again."))
        case Kind.ARCHIVE:
            return UnreadableReport(
                text("This is a compressed archive. Unpack it and import the reports in it.")
            )
        case Kind.HTML:
            return UnreadableReport(
                text("This is a web page for people to read. Export the report as XML or JSON.")
            )
        case Kind.JSON:
            load_json(report.read())  # says what is wrong if it is not even JSON
    return UnreadableReport(
        text(
            "This is not a scanner report that can be read. Formats: %(formats)s.",
            formats=", ".join(parser.title for parser in PARSERS),
        )
    )
