"""Hundreds of hostile files, in every format's shape: refused with a message, or read honestly."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import ParsedScan
from checklist_app.scanners.table import PARSERS, parse_report
from tests.scanners.honesty import assert_honest
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


def test_every_format_has_an_honest_sample_that_is_read() -> None:
    formats = {parse_report(path).format for path in samples()}

    assert formats == {parser.format for parser in PARSERS}


def test_there_are_hundreds_of_hostile_files() -> None:
    made = (name for sample in samples() for name, _ in hostile(sample))
    assert len(list(islice(made, FEWEST))) == FEWEST


@pytest.mark.parametrize("sample", samples(), ids=lambda path: path.name)
def test_a_hostile_file_is_refused_or_read_honestly(sample: Path) -> None:
    for name, data in hostile(sample):
        scan = read_or_refused(data)
        if isinstance(scan, str):
            assert len(scan) > 20, name
            continue
        assert_honest(scan)
