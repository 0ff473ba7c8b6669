"""Where connections wait until their request has arrived, so that none of them holds a thread.

Gunicorn's threads read a request in blocking mode: as many clients that send a byte now and then
as there are threads would stop everything. Here the one thread that accepts connections gathers
each head (and a short body behind it) as it comes, and hands the connection on when it is whole.
"""

from __future__ import annotations

import errno
import re
import socket
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

HEAD_SECONDS = 10.0
"""How long a request's head, and a short body, may take from its first byte or the accept."""
LARGEST_HEAD = 64 * 1024
SHORT_BODY = 64 * 1024
MOST_WAITING_OF_ADDRESS = 100
_PIECE = 16 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\n(?:expect|transfer-encoding):", re.IGNORECASE)


def is_whole(arrived: bytes | bytearray) -> bool:
    """Return whether a thread can read this request without waiting for its client.

    A long body, and one of unknown length, is left to the thread: it is being uploaded. What is
    too long for a head goes on as well, since gunicorn knows how to refuse it.
    """
    end = arrived.find(_END)
    if end < 0:
        return len(arrived) > LARGEST_HEAD
    head = arrived[: end + len(_END)]
    if _EXPECTS.search(head):
        return True
    told = _LENGTH.search(head)
    length = int(told[1]) if told else 0
    return length > SHORT_BODY or len(arrived) >= len(head) + length


@dataclass(eq=False, slots=True)
class Waiting:
    """A connection whose request has not arrived."""

    connection: Any
    deadline: float
    arrived: bytearray = field(default_factory=bytearray)
    is_over: bool = False

    @property
    def address(self) -> str:
        """Where it comes from."""
        client = self.connection.client
        return str(client[0]) if isinstance(client, tuple) else ""


class WaitingRoomWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's threads behind a waiting room. With TLS of its own, gunicorn's usual way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._room: deque[Waiting] = deque()
        self._of_address: defaultdict[str, deque[Waiting]] = defaultdict(deque)

    def accept(self, listener: socket.socket) -> None:
        """Take a connection in; it waits here until its request has arrived."""
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        self._wait_for(TConn(self.cfg, client, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """Let a connection that was kept open wait for its next request like a new one."""
        if self.cfg.is_ssl:
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._wait_for(conn)

    def murder_pending(self) -> None:
        """Close what has waited too long."""
        super().murder_pending()
        moment = time.monotonic()
        while self._room and (self._room[0].is_over or self._room[0].deadline <= moment):
            waiting = self._room.popleft()
            if not waiting.is_over:
                self._leave(waiting)
                self._close(waiting.connection)

    def _wait_for(self, connection: Any) -> None:
        waiting = Waiting(connection, time.monotonic() + HEAD_SECONDS)
        neighbours = self._of_address[waiting.address]
        if waiting.address and len(neighbours) >= MOST_WAITING_OF_ADDRESS:
            # Whoever has waited longest is the likeliest not to want an answer.
            longest = neighbours[0]
            self._leave(longest)
            self._close(longest.connection)
        self._of_address[waiting.address].append(waiting)
        self._room.append(waiting)
        connection.sock.setblocking(False)
        self.poller.register(connection.sock, EVENT_READ, partial(self._arrives, waiting))

    def _arrives(self, waiting: Waiting, client: socket.socket) -> None:
        if waiting.is_over:
            return  # it was closed for another one in the same turn of the loop
        try:
            piece = client.recv(_PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            piece = b""
        waiting.arrived += piece
        if piece and not is_whole(waiting.arrived):
            return
        self._leave(waiting)
        if not piece:
            self._close(waiting.connection)
            return
        waiting.connection.data_ready = True
        waiting.connection.init()
        waiting.connection.parser.unreader.unread(bytes(waiting.arrived))
        self.enqueue_req(waiting.connection)

    def _leave(self, waiting: Waiting) -> None:
        waiting.is_over = True
        self.poller.unregister(waiting.connection.sock)
        self._of_address[waiting.address].remove(waiting)
        if not self._of_address[waiting.address]:
            del self._of_address[waiting.address]

    def _close(self, connection: Any) -> None:
        self.nr_conns -= 1
        connection.close()
