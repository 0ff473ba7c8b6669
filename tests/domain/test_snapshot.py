"""A snapshot survives storage byte for byte, and counts without judging what nobody looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.snapshot import OutcomeCounts, ReportSnapshot, WaiverFacts
from checklist_app.domain.vocabulary import Language, Outcome
from tests.reports.examples import END, draft, example


@pytest.mark.parametrize("language", list(Language))
def test_a_stored_snapshot_comes_back_as_it_was(language: Language) -> None:
    snapshot = example(language)
    again = ReportSnapshot.from_json(snapshot.to_json())
    assert again == snapshot
    assert again.to_json() == snapshot.to_json()
    assert again.sha256 == snapshot.sha256


def test_the_bytes_are_canonical() -> None:
    data = example().to_json()
    plain = json.loads(data)
    assert (
        data
        == json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )
    assert plain["generated_at"] == "2026-11-20T16:07:12Z"


def test_the_same_moment_in_another_zone_gives_the_same_bytes() -> None:
    elsewhere = example().generated_at.astimezone(timezone(timedelta(hours=-5)))
    assert replace(example(), generated_at=elsewhere).to_json() == example().to_json()


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(example(), generated_at=datetime(2026, 1, 1)).to_json()  # noqa: DTZ001


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        example().to_json().replace(b'"number":', b'"numero":', 1),
        example().to_json().replace(b'"language":"en"', b'"language":"xx"'),
        example().to_json().replace(b'"format":2', b'"format":"2"'),
        example().to_json().replace(b'"format":2', b'"format":true'),
        example().to_json().replace(b'"format":2', b'"format":2,"extra":1'),
        example().to_json().replace(b'"sections":[', b'"sections":[0,'),
    ],
    ids=range(12),
)
def test_a_damaged_snapshot_is_refused(damage: bytes) -> None:
    with pytest.raises(InvalidInput):
        ReportSnapshot.from_json(damage)


def test_what_nobody_assessed_is_no_failure() -> None:
    counts = draft().counts
    assert (counts.total, counts.not_assessed, counts.assessed, counts.failed) == (5, 5, 0, 0)
    assert counts.pass_share is None
    assert draft().open_gaps == ()


def test_the_share_is_of_applicable_verdicts_and_never_rounds_up_to_all() -> None:
    assert OutcomeCounts(2, 0, 1, 7, 90).pass_share == 66
    assert OutcomeCounts(999, 0, 1, 0, 0).pass_share == 99
    assert OutcomeCounts(3, 0, 0, 1, 5).pass_share == 100


def test_every_gap_is_open_or_waived_and_none_both() -> None:
    snapshot = example()
    gaps = snapshot.counts.partial + snapshot.counts.failed
    assert len(snapshot.open_gaps) + len(snapshot.waived_gaps) == gaps
    assert not set(snapshot.open_gaps) & set(snapshot.waived_gaps)


def test_a_waiver_holds_through_its_last_day_and_no_longer() -> None:
    item = next(item for item in example().items if item.outcome is Outcome.FAIL)
    item = replace(item, waiver=WaiverFacts("j", "Alice", END, date(2026, 12, 31)))
    assert item.is_waived(date(2026, 12, 31))
    assert not item.is_waived(date(2027, 1, 1))
    assert not replace(item, outcome=Outcome.PASS).is_waived(date(2026, 12, 1))


def test_a_finding_under_several_items_counts_once() -> None:
    snapshot = example()
    gap = snapshot.open_gaps[0]
    twice = replace(
        snapshot,
        sections=(replace(snapshot.sections[0], items=(gap, replace(gap, identifier="X-1"))),),
    )
    assert sum(twice.severities().values()) == len(gap.findings)


def test_the_day_is_judged_in_utc() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert replace(example(), generated_at=late).today == late.astimezone(UTC).date()
    assert replace(example(), generated_at=late).today == date(2026, 11, 21)
