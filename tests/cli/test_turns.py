"""One address holds its share of the threads, and its other requests come in turn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from checklist_app.cli.turns import MOST_HELD_OF_ADDRESS, Turns, network_of


def come_from(address: str) -> Any:
    return SimpleNamespace(client=(address, 40000))


def test_more_than_the_share_of_one_address_wait_in_order() -> None:
    turns = Turns(2)
    first, second, third, fourth = (come_from("192.0.2.1") for _ in range(4))
    assert [turns.take(one) for one in (first, second, third, fourth)] == [True, True, False, False]
    assert turns.take(come_from("192.0.2.2"))
    assert turns.give_back(first) is third
    assert turns.take(third)
    assert turns.give_back(third) is fourth
    assert turns.take(fourth)
    assert turns.give_back(second) is None
    assert turns.give_back(fourth) is None


def test_a_proxy_has_all_threads() -> None:
    turns = Turns()
    assert all(turns.take(come_from("192.0.2.1")) for _ in range(50))


def test_not_everybody_may_wait() -> None:
    turns = Turns(1)
    for _ in range(1 + MOST_HELD_OF_ADDRESS):
        turns.take(come_from("192.0.2.1"))
    with pytest.raises(OverflowError):
        turns.take(come_from("192.0.2.1"))
    assert turns.take(come_from("192.0.2.2"))


@pytest.mark.parametrize(
    ("client", "network"),
    [
        (("192.0.2.1", 1), "192.0.2.1"),
        (("2001:db8:1:2:3:4:5:6", 1, 0, 0), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1, 0, 2), "fe80::/64"),
        (("::ffff:192.0.2.1", 1, 0, 0), "192.0.2.1"),
        ("", ""),
    ],
)
def test_where_one_comes_from(client: object, network: str) -> None:
    assert network_of(client) == network
