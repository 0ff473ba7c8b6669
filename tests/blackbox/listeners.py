"""A door on this machine that writes down who knocks: nobody should."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread


@dataclass
class Listener:
    """``visits`` holds the first bytes of each connection."""

    port: int
    visits: list[bytes] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on a free port of every local address while the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        listener = Listener(door.getsockname()[1])
        thread = Thread(target=_take, args=(door, listener), daemon=True)
        thread.start()
        yield listener
        door.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _take(door: socket.socket, listener: Listener) -> None:
    while True:
        try:
            connection, _ = door.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(2)
            try:
                listener.visits.append(connection.recv(200))
            except OSError:
                listener.visits.append(b"")
