"""What comes back over a connection, byte by byte."""

from __future__ import annotations

import socket
from contextlib import suppress


def read_to_end(connection: socket.socket) -> str:
    """Return all that comes until the other side ends the connection, or falls silent."""
    taken = bytearray()
    with suppress(TimeoutError, ConnectionResetError):
        while part := connection.recv(65536):
            taken += part
    return taken.decode("utf-8", "replace")
