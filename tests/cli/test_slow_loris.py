"""Clients that send a byte now and then do not keep the web server from serving others."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection

import pytest

from checklist_app.cli.waiting_room import MOST_WAITING_OF_ADDRESS, SHORT_BODY, is_whole
from tests.cli.test_start import free_port
from tests.conftest import SECRET
from tests.database import prepared_copy

SLOW_ONES = 200
PATIENCE = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, prepared_database: str) -> Iterator[int]:
    """The web server as it is really run, with its eight threads; gives its port."""
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if "CHECKLIST_" not in name}
    environment |= {
        "CHECKLIST_DATA_DIR": str(folder),
        "CHECKLIST_DATABASE_URL": prepared_copy(prepared_database, folder),
        "CHECKLIST_SECRET_KEY": SECRET,
        "CHECKLIST_BASE_URL": f"http://127.0.0.1:{port}",
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "checklist_app", "serve", "--port", str(port)],
            env=environment,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while asked(port) != 200:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE)


def asked(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_two_hundred_slow_clients_leave_others_served(server: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", server)) for _ in range(SLOW_ONES)]
    try:
        for number, one in enumerate(slow):
            method = b"POST" if number % 2 else b"GET"
            one.sendall(method + b" /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        for _ in range(5):
            for one in slow:
                trickle(one)
            began = time.monotonic()
            assert asked(server) == 200
            assert time.monotonic() - began < 2
    finally:
        for one in slow:
            one.close()


def test_more_clients_than_may_wait_at_once_are_let_go_in_order(server: int) -> None:
    """Those that have to leave may have something to read in the same turn of the loop."""
    slow = []
    try:
        for _ in range(2 * MOST_WAITING_OF_ADDRESS):
            slow.append(socket.create_connection(("127.0.0.1", server)))
            for one in slow:
                trickle(one)
        assert asked(server) == 200
    finally:
        for one in slow:
            one.close()


def test_a_body_that_comes_slowly_holds_no_thread_and_is_read(server: int) -> None:
    body = b"email=a%40example.org&password=x"
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    slow = [socket.create_connection(("127.0.0.1", server)) for _ in range(20)]
    try:
        for one in slow:
            one.sendall(head + body[:5])
        assert asked(server) == 200
        slow[0].sendall(body[5:])
        slow[0].settimeout(10)
        assert slow[0].recv(100).startswith(b"HTTP/1.1 4")  # no form token: read and refused
    finally:
        for one in slow:
            one.close()


def test_a_connection_serves_one_request_after_the_other(server: int) -> None:
    connection = HTTPConnection("127.0.0.1", server, timeout=5)
    for _ in range(3):
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.close()


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
