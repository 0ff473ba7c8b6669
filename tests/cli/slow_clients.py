"""Clients that begin and do not go on, in the many ways there are."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from tests.cli.web_server import PATIENCE, WebServer

Beginning = Callable[[WebServer, str], socket.socket]
"""Connect to a server from an address of this machine, and stop somewhere."""
OF_ONE_ADDRESS = 50
"""Fewer than may wait of one address, so that none is let go before its time."""


@contextmanager
def slow_clients(
    server: WebServer, begin: Beginning, number: int = OF_ONE_ADDRESS, source: str = "127.0.0.7"
) -> Iterator[list[socket.socket]]:
    """Hold many connections that have begun and do not go on, until the block ends."""
    with ExitStack() as closed:
        yield [closed.enter_context(begin(server, source)) for _ in range(number)]


def then_says(words: bytes) -> Beginning:
    """Connect as one should, encrypted where that is asked for, and say so much."""

    def begin(server: WebServer, source: str) -> socket.socket:
        connection = server.connection(source)
        connection.sendall(words)
        return connection

    return begin


def silent(server: WebServer, source: str) -> socket.socket:
    """Connect, and say nothing."""
    return socket.create_connection(("127.0.0.1", server.port), PATIENCE, (source, 0))


def half_a_greeting(server: WebServer, source: str) -> socket.socket:
    """Send half of what a handshake begins with."""
    connection, greeting = silent(server, source), _greeting(server)
    connection.sendall(greeting[: len(greeting) // 2])
    return connection


def half_a_handshake(server: WebServer, source: str) -> socket.socket:
    """Send all that a handshake begins with, and be silent once the server has answered."""
    connection = silent(server, source)
    connection.sendall(_greeting(server))
    assert connection.recv(1)
    return connection


def _greeting(server: WebServer) -> bytes:
    assert server.authority is not None
    sent = ssl.MemoryBIO()
    shaking = server.authority.trust().wrap_bio(ssl.MemoryBIO(), sent, server_hostname="127.0.0.1")
    with suppress(ssl.SSLWantReadError):
        shaking.do_handshake()
    return sent.read()


def is_open(connection: socket.socket) -> bool:
    """Return whether the server still holds on, whatever it has sent."""
    connection.setblocking(False)
    try:
        while connection.recv(4096):
            pass
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        pass
    return False


def is_dropped(connection: socket.socket) -> bool:
    """Wait until the server lets go, and return whether it has."""
    connection.settimeout(PATIENCE)
    try:
        while connection.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def is_held(connection: socket.socket) -> bool:
    """Return whether the server still reads what comes, after it has said its last word."""
    try:
        socket.socket.sendall(connection, b"x")  # as it is, not encrypted
    except OSError:
        return False
    # Of a socket that nobody holds any more, this machine tells at once.
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
