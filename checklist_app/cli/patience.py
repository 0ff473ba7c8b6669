"""Connections that a thread reads from and writes to, and for how long it waits for the client.

A limit on each wait alone would begin anew with each byte. Here every byte buys a little time, so
that a client has to keep up a pace; what the application itself takes in between is not counted.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

PATIENCE_SECONDS = 20.0
"""How far a client may fall behind the pace, and so how long it may stand still at most."""
LEAST_BYTES_PER_SECOND = 16_000
"""The pace of what is sent to us, and of an answer that is taken from us."""
_PIECE = 16 * 1024
_Moved = TypeVar("_Moved")


class Pace:
    """How much longer one waits for a client, in one direction, during one request.

    Attributes:
        left: seconds; nothing is waited for when there are none.
    """

    def __init__(self) -> None:
        self.left = PATIENCE_SECONDS

    def count(self, seconds: float, moved: int) -> None:
        """Take off what a wait took, and add what its bytes are worth, up to the full patience."""
        worth = moved / LEAST_BYTES_PER_SECOND
        self.left = min(self.left - seconds + worth, PATIENCE_SECONDS)


class PatientSocket(socket.socket):
    """A connection on which no thread waits for a client that is too slow.

    All of it raises ``TimeoutError`` when the client does not keep up.
    """

    def setblocking(self, flag: bool) -> None:
        """Begin a request with all our patience, or do not wait at all."""
        self._reading, self._writing = Pace(), Pace()
        self.settimeout(PATIENCE_SECONDS if flag else 0)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Receive what has come, or the next that comes."""
        read = super().recv
        limit = self.gettimeout()
        if not limit:
            return read(size, flags)
        return self._kept_up(self._reading, limit, lambda: read(size, flags), len)

    def send(self, data: Any, flags: int = 0) -> int:
        """Send a piece."""
        write = super().send
        limit = self.gettimeout()
        if not limit:
            return write(data, flags)
        return self._kept_up(self._writing, limit, lambda: write(data, flags), int)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send everything, piece by piece."""
        with memoryview(data) as view, view.cast("B") as octets:
            sent = 0
            while sent < len(octets):
                sent += self.send(octets[sent : sent + _PIECE], flags)

    def _kept_up(
        self, pace: Pace, limit: float, move: Callable[[], _Moved], size: Callable[[_Moved], int]
    ) -> _Moved:
        if pace.left <= 0:
            raise TimeoutError
        self.settimeout(min(limit, pace.left))
        begun, moved = time.monotonic(), 0
        try:
            done = move()
            moved = size(done)
        finally:
            pace.count(time.monotonic() - begun, moved)
            self.settimeout(limit)
        return done


class PatientTlsSocket(PatientSocket, ssl.SSLSocket):  # type: ignore[misc]  # two forms of recv
    """The same, encrypted."""


def patient(accepted: socket.socket) -> PatientSocket:
    """Return an accepted connection as one on which nobody waits for ever; it takes its place."""
    family, kind, protocol = accepted.family, accepted.type, accepted.proto
    made = PatientSocket(family, kind, protocol, fileno=accepted.detach())
    made.setblocking(False)
    return made


def read_piece(client: socket.socket) -> bytes:
    """Return what has arrived of a connection that does not block, after its handshake.

    Raises:
        OSError: there is nothing to read yet, or the client does not speak what we speak.
    """
    if not isinstance(client, ssl.SSLSocket):
        return client.recv(_PIECE)
    if client.version() is None:
        client.do_handshake()
    piece = client.recv(_PIECE)
    while client.pending():
        # Nothing tells the poller of what is decrypted already.
        piece += client.recv(client.pending())
    return piece


def say_goodbye(client: socket.socket) -> None:
    """Tell a client that nothing follows, without waiting for its answer."""
    client.setblocking(False)
    if isinstance(client, ssl.SSLSocket):
        with suppress(OSError, ValueError):
            client.unwrap()
    client.shutdown(socket.SHUT_WR)
