"""Clients that send a byte now and then do not keep the web server from serving others.

No clock is read: whoever is honest has the answer while all the slow ones are still connected. A
server that waits for one of them answers the honest one only after it has let go of that one.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress

import pytest

from checklist_app.cli.waiting_room import MOST_WAITING_OF_ADDRESS, SHORT_BODY, is_whole
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
from tests.cli.web_server import PATIENCE, WebServer

ADDRESSES = ("127.0.0.7", "127.0.0.8", "127.0.0.9", "127.0.0.10", "127.0.0.11")
HEAD = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


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


def test_uploads_that_dawdle_leave_threads_to_others(server: WebServer) -> None:
    """Nobody waits outside for a long body, so one address may hold half of the threads only."""
    begun = HEAD % (2 * SHORT_BODY) + FORM + b"email="
    with slow_clients(server, then_says(begun), 30) as slow:
        assert {server.asked() for _ in range(5)} == {200}
        assert all(map(is_open, slow))


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
    ("arrived", "whole"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab", False),
        (b"POST / HTTP/1.1\r\ncontent-length:4\r\n\r\nabcd", True),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (SHORT_BODY + 1), True),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", True),
        (b"x" * 70_000, True),
    ],
)
def test_a_request_is_whole_when_no_thread_has_to_wait(arrived: bytes, *, whole: bool) -> None:
    assert is_whole(arrived) is whole


def trickle(one: socket.socket) -> None:
    with suppress(OSError):  # the server may have had enough of this one
        one.sendall(b"x")
