"""Reading in the child gives what reading here gives, and its refusals come back whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklist_app.domain.errors import Cancelled, UnreadableReport
from checklist_app.sandbox import LimitExceeded, Limits, Resource
from checklist_app.scanners.confined import parse_confined, read_confined
from checklist_app.scanners.table import parse_report
from tests.scanners.reports import ALL_SAMPLES, SARIF


@pytest.mark.parametrize("sample", ALL_SAMPLES, ids=lambda path: path.name)
def test_the_child_reads_the_same(sample: Path) -> None:
    assert parse_confined(sample) == parse_report(sample)


def test_refusals_come_back_with_message_and_values(tmp_path: Path) -> None:
    report = tmp_path / "upload"
    report.write_bytes(SARIF.read_bytes()[:500])
    with pytest.raises(UnreadableReport) as caught:
        parse_confined(report)
    assert caught.value.text.params == {"size": 500}


def test_too_little_memory_is_said(tmp_path: Path) -> None:
    report = tmp_path / "upload"
    report.write_text(
        '{"version": "2.1.0", "runs": [], "x": [' + ",".join(["{}"] * 2_000_000) + "]}",
        encoding="utf-8",
    )
    with pytest.raises(LimitExceeded) as caught:
        parse_confined(report, limits=Limits(memory_mb=96))
    assert caught.value.resource is Resource.MEMORY


def test_progress_and_cancelling() -> None:
    heard: list[tuple[int, int]] = []
    with read_confined(SARIF, on_progress=lambda *step: heard.append(step)):
        assert heard[-1] == (14, 14)
    with pytest.raises(Cancelled), read_confined(SARIF, cancelled=lambda: True):
        pass


def test_results_can_be_asked_for_again_and_the_account_is_known_before() -> None:
    with read_confined(SARIF) as scan:
        assert scan.account == parse_report(SARIF).account
        assert tuple(scan.results) == tuple(scan.results) == parse_report(SARIF).results
