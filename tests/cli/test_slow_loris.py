"""Clients that send a byte now and then do not keep the web server from serving others."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from checklist_app.cli.waiting_room import MOST_WAITING_OF_ADDRESS, SHORT_BODY, is_whole
from tests.certificates import make_authority
from tests.cli.web_server import WebServer, web_server
from tests.database import prepared_copy

SLOW_ONES = 200


@pytest.fixture(scope="module", params=["http", "https"])
def server(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    prepared_database: str,
) -> Iterator[WebServer]:
    """The web server as it is really run, with its eight threads, in the clear and encrypted."""
    folder = tmp_path_factory.mktemp("server")
    authority = make_authority(folder) if request.param == "https" else None
    with web_server(folder, prepared_copy(prepared_database, folder), authority) as running:
        yield running


def test_two_hundred_slow_clients_leave_others_served(server: WebServer) -> None:
    slow = [server.connection() for _ in range(SLOW_ONES)]
    try:
        for number, one in enumerate(slow):
            method = b"POST" if number % 2 else b"GET"
            one.sendall(method + b" /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        for _ in range(5):
            for one in slow:
                trickle(one)
            began = time.monotonic()
            assert server.asked() == 200
            assert time.monotonic() - began < 2
    finally:
        for one in slow:
            one.close()


def test_more_clients_than_may_wait_at_once_are_let_go_in_order(server: WebServer) -> None:
    """Those that have to leave may have something to read in the same turn of the loop."""
    slow = []
    try:
        for _ in range(2 * MOST_WAITING_OF_ADDRESS):
            slow.append(server.connection())
            for one in slow:
                trickle(one)
        assert server.asked() == 200
    finally:
        for one in slow:
            one.close()


def test_a_body_that_comes_slowly_holds_no_thread_and_is_read(server: WebServer) -> None:
    body = b"email=a%40example.org&password=x"
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    slow = [server.connection() for _ in range(20)]
    try:
        for one in slow:
            one.sendall(head + body[:5])
        assert server.asked() == 200
        slow[0].sendall(body[5:])
        slow[0].settimeout(10)
        assert slow[0].recv(100).startswith(b"HTTP/1.1 4")  # no form token: read and refused
    finally:
        for one in slow:
            one.close()


def test_uploads_that_dawdle_leave_threads_to_others(server: WebServer) -> None:
    """Nobody waits outside for a long body, so one address may hold half of the threads only."""
    length = b"Content-Length: %d\r\n" % (2 * SHORT_BODY)
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n" + length
    form = b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    slow = [server.connection("127.0.0.7") for _ in range(30)]
    try:
        for one in slow:
            one.sendall(head + form + b"email=")
        for _ in range(5):
            began = time.monotonic()
            assert server.asked() == 200
            assert time.monotonic() - began < 2
    finally:
        for one in slow:
            one.close()


def test_a_connection_serves_one_request_after_the_other(server: WebServer) -> None:
    connection = server.client()
    for _ in range(3):
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.close()


def test_clients_that_never_close_keep_nobody_waiting(server: WebServer) -> None:
    """The last answer of a connection waits for its client to close, but not at the door."""
    stubborn = [server.connection() for _ in range(20)]
    try:
        for one in stubborn:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            one.settimeout(10)
            assert one.recv(100).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        assert server.asked() == 200
        assert time.monotonic() - began < 2
    finally:
        for one in stubborn:
            one.close()


def test_half_a_handshake_holds_no_thread(server: WebServer) -> None:
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(SLOW_ONES)]
    try:
        for one in slow:
            one.sendall(b"\x16\x03\x01\x02")  # as a greeting of TLS begins
        began = time.monotonic()
        assert server.asked() == 200
        assert time.monotonic() - began < 2
    finally:
        for one in slow:
            one.close()


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
