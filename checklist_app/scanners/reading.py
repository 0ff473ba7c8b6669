"""What readers of small formats share: documents, lines, rows, and the gathering of results."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_COMMAND,
    MAX_SHORT,
    MAX_TOOL,
    MAX_VERSION,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.scan_account import Skipped
from checklist_app.domain.text import Text, text
from checklist_app.scanners.base import Report, check_count, settle
from checklist_app.untrusted.faults import MAX_DEPTH, cut_off
from checklist_app.untrusted.json_text import is_deeper, load_json, strict_decoder

_SPACE = re.compile(r"\s*")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_8_MARK = b"\xef\xbb\xbf"
LONGEST_CELL = 2_000_000


@dataclass(slots=True)
class Gathering:
    """A report while it is read: add results, skip what cannot be one, tell what went wrong."""

    format: str
    tool: str
    tool_version: str = ""
    target: str = ""
    started_at: datetime | None = None
    command_line: str = ""
    results: list[ParsedFinding] = field(default_factory=list)
    skipped: Counter[Text] = field(default_factory=Counter)
    problems: list[Text] = field(default_factory=list)

    def add(self, result: ParsedFinding) -> None:
        """Take a result; it may stand for several of the file (``results``)."""
        self.results.append(result)
        check_count(len(self.results))

    def skip(self, reason: Text, count: int = 1) -> None:
        """Count a result that is not kept."""
        self.skipped[reason] += count

    def fail(self, problem: Text) -> None:
        """Note why this scan proves the absence of nothing."""
        if problem not in self.problems:
            self.problems.append(problem)

    def expect(self, total: int, count: int) -> None:
        """Compare how many results a report says it has with how many of them it lists.

        Those of the next page, or behind a limit, are not gone.
        """
        if count < total:
            self.fail(
                text(
                    "This is only a part: %(count)s of %(total)s results. "
                    "Export all of them, with larger pages, and import that.",
                    count=count,
                    total=total,
                )
            )

    def scan(self) -> ParsedScan:
        """Return it all, with an account that adds up."""
        return ParsedScan(
            format=self.format,
            tool=clean(self.tool, MAX_TOOL),
            tool_version=clean(self.tool_version, MAX_VERSION),
            target=clean(self.target, MAX_SHORT),
            started_at=self.started_at,
            results=settle(self.results),
            results_read=sum(result.results for result in self.results) + self.skipped.total(),
            skipped=tuple(Skipped(count, reason) for reason, count in self.skipped.items()),
            problems=tuple(self.problems),
            command_line=clean(self.command_line, MAX_COMMAND),
        )


def document(report: Report) -> Any:
    """Return the one JSON document of a report.

    Raises:
        UnreadableReport: it is no strict JSON.
    """
    return load_json(report.read())


def written_pages(report: Report) -> Any:
    """Return the JSON document of a report, or a list of those that stand one behind another.

    So ends who writes the pages of an answer into one file.

    Raises:
        UnreadableReport: it is neither.
    """
    data = report.read()
    try:
        return load_json(data)
    except UnreadableReport:
        found = _one_behind_another(decoded(data).strip())
        if len(found) < 2:
            raise
        return found


def _one_behind_another(words: str) -> list[Any]:
    """Return the JSON documents in a text; none if anything in it is not one."""
    if is_deeper(words, MAX_DEPTH):
        return []
    decoder, position = strict_decoder(), 0
    found: list[Any] = []
    while position < len(words):
        try:
            value, end = decoder.raw_decode(words, position)
        except (ValueError, RecursionError, UnreadableReport):
            return []
        found.append(value)
        check_count(len(found))
        space = _SPACE.match(words, end)
        position = space.end() if space else end
    return found


def json_lines(report: Report) -> Iterator[Any]:
    """Yield the documents of a report that holds one in each line; empty lines do not count.

    A comma may end each line, as in what ``nuclei -jsonl-export`` wrote up to 3.3.6. A report of a
    single document, which may be an array of them, is read as such.

    Raises:
        UnreadableReport: a line is no strict JSON; the message names it.
    """
    data = report.read()
    if data.startswith(_UTF_16):  # as PowerShell writes what a program prints
        data = decoded(data).encode()
    lines = [(number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    if all(line.lstrip(_UTF_8_MARK + b" \t").startswith(b"{") for _, line in lines[:2]):
        has_commas = _ends_with(lines, b"},")
        if has_commas or (len(lines) > 1 and _ends_with(lines, b"}")):
            check_count(len(lines))
            for number, line in lines:
                yield _line(number, line.rstrip().removesuffix(b",") if has_commas else line)
            return
    whole = load_json(data)
    yield from whole if isinstance(whole, list) else [whole]


def _ends_with(lines: list[tuple[int, bytes]], end: bytes) -> bool:
    return bool(lines) and lines[0][1].rstrip().endswith(end)


def _line(number: int, line: bytes) -> Any:
    try:
        return load_json(line)
    except UnreadableReport as error:
        raise UnreadableReport(
            text("Line %(line)s: this is not valid JSON. The file may be cut off.", line=number)
        ) from error


def csv_rows(report: Report, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file by column name.

    Raises:
        UnreadableReport: a line has more cells than the first, the last one ends in the middle, or
            a cell is longer than any report needs.
    """
    words = decoded(report.read()).lstrip("\r\n ")
    reader = csv.DictReader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True)
    lines = words.count("\n")
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        for number, row in enumerate(reader, start=1):
            check_count(number)
            if None in row:
                raise UnreadableReport(
                    text(
                        "Line %(line)s has more cells than the first line has names.",
                        line=reader.line_num,
                    )
                )
            if None in row.values() and reader.line_num > lines:
                raise cut_off(len(words))
            yield {name: value or "" for name, value in row.items()}
    except csv.Error as error:
        raise UnreadableReport(
            text("Line %(line)s is not valid CSV.", line=reader.line_num)
        ) from error
    finally:
        csv.field_size_limit(before)


def decoded(data: bytes) -> str:
    """Return a text file's characters: UTF-8 or UTF-16, or Latin-1 where it is no UTF-8."""
    if data.startswith(_UTF_16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise UnreadableReport(
                text("The file is in an encoding that cannot be read. Save the report as UTF-8.")
            ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
