"""The gate of security events: a flood is counted, a busy database is asked again later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from checklist_app.domain.alerts import SecurityKind
from checklist_app.services.flood import ALL, EACH, MOST_HELD, FloodGate
from checklist_app.services.security_events import Noticed

MOMENT = datetime(2026, 11, 2, 12, 0, 1, tzinfo=UTC)


def test_a_flood_of_one_source_becomes_few_rows_that_keep_the_count() -> None:
    gate = FloodGate()
    flood = [Noticed(SecurityKind.DENIED, MOMENT, address="192.0.2.7") for _ in range(5000)]
    other = Noticed(SecurityKind.DENIED, MOMENT, address="198.51.100.1")
    written = gate.take(flood, MOMENT) + gate.take([other], MOMENT)
    assert len(written) == EACH + 1
    assert other in written
    (summed,) = gate.take([], MOMENT + timedelta(minutes=1))
    assert (summed.count, summed.address) == (5000 - EACH, "192.0.2.7")
    assert gate.take([], MOMENT + timedelta(minutes=2)) == []


def test_a_flood_of_many_sources_stays_bounded() -> None:
    gate = FloodGate()
    flood = [
        Noticed(SecurityKind.DENIED, MOMENT, address=f"2001:db8::{number:x}")
        for number in range(20_000)
    ]
    assert len(gate.take(flood, MOMENT)) == ALL
    later = gate.take([], MOMENT + timedelta(minutes=1))
    assert len(later) <= 1001
    assert ALL + sum(one.count for one in later) == 20_000


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_busy_database_is_asked_again_after_a_second_and_by_one_request() -> None:
    clock = Clock()
    gate = FloodGate(clock)
    first, second = (Noticed(SecurityKind.DENIED, MOMENT, address=one) for one in "ab")
    assert gate.put_back(gate.take([first], MOMENT))
    clock.seconds = 0.9
    assert gate.take([second], MOMENT) == []
    clock.seconds = 1.0
    assert gate.take([], MOMENT) == [first, second]
    assert gate.take([], MOMENT) == []
    assert not gate.put_back([first, second])
    clock.seconds = 1.9
    assert gate.take([], MOMENT) == []


def test_a_wait_is_new_once_something_was_written() -> None:
    clock = Clock()
    gate = FloodGate(clock)
    one = Noticed(SecurityKind.DENIED, MOMENT)
    assert [gate.put_back([one]), gate.put_back([one])] == [True, False]
    gate.was_written()
    assert gate.put_back([one])


def test_what_waits_for_the_database_comes_first_and_stays_bounded() -> None:
    clock = Clock()
    gate = FloodGate(clock)
    flood = [
        Noticed(SecurityKind.DENIED, MOMENT, address=f"2001:db8::{number:x}")
        for number in range(ALL)
    ]
    gate.put_back(gate.take(flood, MOMENT))
    clock.seconds = 1.0
    assert gate.take([], MOMENT) == flood
    for _ in range(10):
        gate.put_back(flood)
    clock.seconds = 2.0
    held = gate.take([], MOMENT)
    assert len(held) == MOST_HELD
    later = gate.take([], MOMENT + timedelta(minutes=1))
    assert len(later) <= 1001
    assert len(held) + sum(one.count for one in later) == 10 * ALL
