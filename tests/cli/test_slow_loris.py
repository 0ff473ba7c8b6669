"""Clients that send a byte now and then do not keep the web server from serving others.

No clock is read: whoever is honest has the answer while all the slow ones are still connected. A
server that waits for one of them answers the honest one only after it has let go of that one.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from checklist_app.cli.arrivals import SHORT_BODY, Arrival, arrival
from checklist_app.cli.turns import MOST_HELD_OF_ADDRESS
from checklist_app.cli.waiting_room import MOST_WAITING_OF_ADDRESS
from tests.cli.slow_clients import (
    Beginning,
    half_a_greeting,
    half_a_handshake,
    is_dropped,
    is_held,
    is_open,
    silent,
    slow_clients,
    then_says,
)
from tests.cli.web_server import PATIENCE, WebServer, web_server
from tests.database import prepared_copy

ADDRESSES = ("127.0.0.7", "127.0.0.8", "127.0.0.9", "127.0.0.10", "127.0.0.11")
HEAD = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
CHUNKED = b"POST /verify HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n" + FORM
LAST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def proxied(
    tmp_path_factory: pytest.TempPathFactory, prepared_database: str
) -> Iterator[WebServer]:
    """A web server that takes this machine for a proxy, so that all come from one address."""
    folder = tmp_path_factory.mktemp("proxied")
    settings = {"CHECKLIST_TRUSTED_PROXIES": "1"}
    with web_server(folder, prepared_copy(prepared_database, folder), None, settings) as running:
        yield running


def test_two_hundred_slow_clients_leave_others_served(server: WebServer) -> None:
    with ExitStack() as closed:
        slow = [
            one
            for source, method in zip(ADDRESSES, (b"GET", b"POST") * 2, strict=False)
            for one in closed.enter_context(
                slow_clients(
                    server,
                    then_says(method + b" /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Slow: "),
                    source=source,
                )
            )
        ]
        for _ in range(5):
            for one in slow:
                trickle(one)
            assert server.asked() == 200
        assert all(map(is_open, slow))


def test_clients_that_stop_on_the_way_delay_nobody_and_are_dropped(server: WebServer) -> None:
    """Fifty each that stop before, in and after the handshake, or in the first line."""
    places: list[Beginning] = [silent, then_says(b""), then_says(b"GET / HTTP")]
    if server.authority is not None:
        places += [half_a_greeting, half_a_handshake]
    with ExitStack() as closed:
        slow = [
            one
            for source, begin in zip(ADDRESSES, places, strict=False)
            for one in closed.enter_context(slow_clients(server, begin, source=source))
        ]
        assert server.asked() == 200
        assert all(map(is_open, slow))
        assert all(map(is_dropped, slow))


def test_more_clients_than_may_wait_at_once_are_let_go_in_order(server: WebServer) -> None:
    """Those that have to leave may have something to read in the same turn of the loop."""
    slow: list[socket.socket] = []
    with ExitStack() as closed:
        for _ in range(2 * MOST_WAITING_OF_ADDRESS):
            slow.append(closed.enter_context(server.connection()))
            for one in slow:
                trickle(one)
        assert server.asked() == 200


def test_a_body_that_comes_slowly_holds_no_thread_and_is_read(server: WebServer) -> None:
    body = b"email=a%40example.org&password=x"
    with slow_clients(server, then_says(HEAD % len(body) + b"\r\n" + body[:5]), 20) as slow:
        assert server.asked() == 200
        assert all(map(is_open, slow))
        slow[0].settimeout(PATIENCE)
        slow[0].sendall(body[5:])
        assert slow[0].recv(100).startswith(b"HTTP/1.1 4")  # no form token: read and refused


@pytest.mark.parametrize(
    "begun",
    [
        HEAD % 60_000_000 + FORM + b"email=",
        CHUNKED + b"5\r\nemail\r\n",
        HEAD % 10 + b"Expect: 100-continue\r\n" + FORM,
        HEAD.replace(b"%d", b"00000000000000070000") + FORM + b"email=",
        b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 12_000,
    ],
    ids=["long", "in chunks", "asks first", "a length of many digits", "an endless head"],
)
def test_uploads_that_dawdle_leave_threads_to_others(server: WebServer, begun: bytes) -> None:
    """Nobody waits outside for what is long, so all addresses together hold half of the threads."""
    with ExitStack() as closed:
        slow = [
            one
            for source in ADDRESSES
            for one in closed.enter_context(slow_clients(server, then_says(begun), 6, source))
        ]
        for _ in range(5):
            for one in slow:
                trickle(one)
            assert server.asked() == 200
        # Of the heads, those that a thread has read are refused.
        assert sum(map(is_open, slow)) >= len(slow) // 2


def test_behind_a_proxy_too_uploads_leave_threads_to_others_and_further_ones_are_told(
    proxied: WebServer,
) -> None:
    """All come from one address there."""
    begun = then_says(HEAD % 60_000_000 + FORM + b"email=")
    threads = 8
    with slow_clients(proxied, begun, threads // 2 + MOST_HELD_OF_ADDRESS) as slow:
        assert proxied.asked("/sign-in") == 200
        with begun(proxied, "127.0.0.7") as late:
            told = late.recv(4000).decode()
        assert told.startswith("HTTP/1.1 503 Service Unavailable\r\n")
        assert "\r\nRetry-After: 30\r\n" in told
        assert all(map(is_open, slow))


def test_what_follows_a_request_too_early_waits_outside(server: WebServer) -> None:
    """The beginning of a second request comes along with the first."""
    both = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with ExitStack() as closed:
        slow = [
            one
            for source in ADDRESSES
            for one in closed.enter_context(
                slow_clients(server, then_says(both + both[:-2]), 6, source)
            )
        ]
        for one in slow:
            assert one.recv(4000).startswith(b"HTTP/1.1 200")
        assert server.asked() == 200
        assert all(map(is_open, slow))
        slow[0].settimeout(PATIENCE)
        slow[0].sendall(both[-2:])
        assert slow[0].recv(4000).startswith(b"HTTP/1.1 200")


def test_a_connection_serves_one_request_after_the_other(server: WebServer) -> None:
    connection = server.client()
    for _ in range(3):
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.close()


def test_clients_that_never_close_keep_nobody_waiting(server: WebServer) -> None:
    """The last answer of a connection waits for its client to close, but not at the door.

    Whoever waits there lets each of them go before anybody else is served. They are held for two
    seconds, and one of five that is still held is enough.
    """
    held = []
    with ExitStack() as closed:
        for _ in range(5):
            one = closed.enter_context(then_says(LAST)(server, "127.0.0.1"))
            one.settimeout(PATIENCE)
            assert one.recv(100).startswith(b"HTTP/1.1 200")
            # The first may slip in before the door hears that an answer is over.
            assert {server.asked() for _ in range(3)} == {200}
            held.append(is_held(one))
    assert any(held)


@pytest.mark.parametrize(
    ("arrived", "expected"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n", Arrival.PART),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", Arrival.WHOLE),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab", Arrival.PART),
        (b"POST / HTTP/1.1\r\ncontent-length:4\r\n\r\nabcd", Arrival.WHOLE),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (SHORT_BODY + 1), Arrival.UPLOAD),
        (b"POST / HTTP/1.1\r\nContent-Length: 0000000070000\r\n\r\n", Arrival.UPLOAD),
        (b"POST / HTTP/1.1\r\nContent-Length: four\r\n\r\n", Arrival.UPLOAD),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
            Arrival.UPLOAD,
        ),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", Arrival.UPLOAD),
        (b"x" * 70_000, Arrival.UPLOAD),
    ],
)
def test_a_thread_has_to_wait_only_for_what_counts_as_an_upload(
    arrived: bytes, expected: Arrival
) -> None:
    assert arrival(arrived) is expected


def trickle(one: socket.socket) -> None:
    with suppress(OSError):  # the server may have had enough of this one
        one.sendall(b"x")
