"""The demonstration's scans are of the days before it is loaded, whenever that is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from checklist_app.demo.dates import SCANNED, retold
from checklist_app.demo.load import SCANS
from checklist_app.scanners.table import parse_report
from checklist_app.services.clock import pretend, today


def test_the_day_is_moved_in_both_ways_of_writing_it() -> None:
    words = 'generated="Mon, 12 Jan 2026 09:30:00" created="2026-01-12T09:30:00.000000Z"'

    moved = retold(words, date(2031, 3, 4))

    assert moved == 'generated="Sat, 01 Mar 2031 09:30:00" created="2031-03-01T09:30:00.000000Z"'


@pytest.mark.parametrize("name", SCANS)
def test_every_scan_says_that_it_ran_shortly_before(name: str, tmp_path: Path) -> None:
    words = files("checklist_app.demo").joinpath("scans", name).read_text("utf-8")
    path = tmp_path / name
    with pretend(datetime(2033, 7, 9, 12, tzinfo=UTC)):
        path.write_text(retold(words, today()), "utf-8")

    scan = parse_report(path)

    assert scan.started_at is not None
    assert scan.started_at.date() == date(2033, 7, 9) - SCANNED
    assert "2026" not in path.read_text("utf-8")
    assert timedelta(days=1) < SCANNED < timedelta(days=30)
