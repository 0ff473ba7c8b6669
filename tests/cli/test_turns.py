"""One address, and all uploads, hold their share of the threads; others come in turn."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from checklist_app.cli.turns import (
    MOST_HELD_OF_ADDRESS,
    UPLOAD_WAIT_SECONDS,
    Turns,
    network_of,
)


@dataclass(eq=False)
class Connection:
    client: tuple[str, int]


def come_from(address: str) -> Connection:
    return Connection((address, 40000))


def test_more_than_the_share_of_one_address_wait_in_order() -> None:
    turns = Turns(2)
    first, second, third, fourth = (come_from("192.0.2.1") for _ in range(4))
    assert [turns.take(one) for one in (first, second, third, fourth)] == [True, True, False, False]
    assert turns.take(come_from("192.0.2.2"))
    assert turns.give_back(first) == [third]
    assert turns.give_back(third) == [fourth]
    assert turns.give_back(second) == []
    assert turns.give_back(fourth) == []


@pytest.mark.parametrize("share", [0, 4])
def test_uploads_of_all_addresses_leave_threads_to_what_is_none(share: int) -> None:
    turns = Turns(share, uploads=4)
    uploads = [come_from(f"192.0.2.{number}") for number in range(8)]
    assert [turns.take(one, is_upload=True) for one in uploads] == [True] * 4 + [False] * 4
    assert all(turns.take(come_from(f"192.0.2.{number}")) for number in range(8))
    assert turns.give_back(uploads[2]) == [uploads[4]]


def test_one_address_leaves_a_place_for_uploads_to_others() -> None:
    turns = Turns(4, uploads=4)
    own = [come_from("192.0.2.1") for _ in range(4)]
    other, late = come_from("192.0.2.2"), come_from("192.0.2.3")
    assert [turns.take(one, is_upload=True) for one in own] == [True, True, True, False]
    assert turns.take(other, is_upload=True)
    assert not turns.take(late, is_upload=True)
    assert turns.give_back(other) == [late]
    assert turns.give_back(own[0]) == [own[3]]


def test_an_end_lets_in_all_for_whom_it_made_room() -> None:
    turns = Turns(2, uploads=1)
    upload, further = come_from("192.0.2.1"), come_from("192.0.2.1")
    page, other = come_from("192.0.2.1"), come_from("192.0.2.2")
    assert turns.take(upload, is_upload=True)
    assert turns.take(further)
    assert not turns.take(page)
    assert not turns.take(other, is_upload=True)
    assert turns.give_back(upload) == [page, other]


def test_an_upload_waits_for_a_thread_only_so_long() -> None:
    turns = Turns(uploads=1)
    first, second = come_from("192.0.2.1"), come_from("192.0.2.1")
    turns.take(first, is_upload=True)
    turns.take(second, is_upload=True)
    assert turns.lose_patience(time.monotonic()) == []
    assert turns.lose_patience(time.monotonic() + UPLOAD_WAIT_SECONDS) == [second]
    assert turns.give_back(first) == []


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
