"""Hundreds of hostile files, in every format's shape: refused with a message, or read honestly."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
    MAX_SNIPPET,
    MAX_TITLE,
    MAX_URI,
    ParsedScan,
)
from checklist_app.scanners.table import PARSERS, parse_report
from tests.scanners.hostile_files import hostile, samples

FEWEST = 300


def parsed(data: bytes) -> ParsedScan:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        return parse_report(path)


def read_or_refused(data: bytes) -> ParsedScan | str:
    """Return what a file says, or why it was refused."""
    try:
        return parsed(data)
    except UnreadableReport as error:
        return str(error)


def texts(scan: ParsedScan) -> Iterator[str]:
    yield from (scan.tool, scan.tool_version, scan.target, scan.command_line)
    for result in scan.results:
        yield from (result.title, result.description, result.rule_id, result.reason)
        yield from (result.solution, result.snippet, *result.references, *result.tags)
        for place in result.locations:
            yield from (place.uri, place.method, place.parameter)


def test_every_format_has_an_honest_sample_that_is_read() -> None:
    formats = {parse_report(path).format for path in samples()}

    assert formats == {parser.format for parser in PARSERS}


def test_there_are_hundreds_of_hostile_files() -> None:
    assert sum(1 for sample in samples() for _ in hostile(sample)) >= FEWEST


@pytest.mark.parametrize("sample", samples(), ids=lambda path: path.name)
def test_a_hostile_file_is_refused_or_read_honestly(sample: Path) -> None:
    for name, data in hostile(sample):
        scan = read_or_refused(data)
        if isinstance(scan, str):
            assert len(scan) > 20, name
            continue
        assert scan.account.adds_up, name
        for text in texts(scan):
            assert "\0" not in text, name
            text.encode("utf-8")  # a lone surrogate would not
        for result in scan.results:
            assert len(result.title) <= MAX_TITLE, name
            assert len(result.description) <= MAX_DESCRIPTION + 10, name
            assert len(result.snippet) <= MAX_SNIPPET, name
            assert len(result.locations) <= MAX_LOCATIONS, name
            assert all(len(place.uri) <= MAX_URI for place in result.locations), name
        assert ParsedScan.from_json(json.loads(json.dumps(scan.to_json()))) == scan, name
