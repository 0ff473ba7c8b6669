"""Where connections wait until their request has arrived, so that none of them holds a thread.

Gunicorn's threads read a request in blocking mode: as many clients that send a byte now and then
as there are threads would stop everything. Here the one thread that accepts connections gathers
each head (and a short body behind it) as it comes, and hands the connection on when it is whole.
With HTTPS of our own, the handshake happens here too, piece by piece as it arrives.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
import time
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from gunicorn import http  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from checklist_app.cli.tls import RenewedContext
from checklist_app.cli.turns import Turns, network_of

HEAD_SECONDS = 10.0
"""How long a request's head, and a short body, may take from its first byte or the accept."""
PARTING_SECONDS = 2.0
"""How long a client may take to close after the last answer."""
PATIENCE_SECONDS = 20
"""How long a connection may stand still in the middle of a request or of an answer."""
MOST_PARTING = 100
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
        return network_of(self.connection.client)


class PatientSocket(ssl.SSLSocket):
    """An encrypted connection on which no thread waits for ever.

    The limit that the kernel keeps on plain connections does not reach an encrypted one: Python
    begins to wait anew. Its own limit does.
    """

    def setblocking(self, flag: bool) -> None:
        """Wait for as long as we have patience, or not at all."""
        self.settimeout(PATIENCE_SECONDS if flag else 0)


class WaitingRoomWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's threads behind a waiting room, and with a way out that blocks nobody."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._room: deque[Waiting] = deque()
        self._of_address: defaultdict[str, deque[Waiting]] = defaultdict(deque)
        self._parting: deque[Waiting] = deque()
        self._tls: RenewedContext | None = None
        self.turns = Turns()

    def init_process(self) -> None:
        """Set up as usual; whoever speaks HTTPS reads the certificate once, not at each visit."""
        if self.cfg.is_ssl:
            files = Path(self.cfg.certfile), Path(self.cfg.keyfile)
            self._tls = RenewedContext(*files, PatientSocket)
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection in; it waits here until its request has arrived."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        client.setblocking(False)
        if self._tls is not None:
            try:
                client = self._tls.wrap(client)
            except OSError:  # it has gone already
                client.close()
                return
        self.nr_conns += 1
        self._wait_for(TConn(self.cfg, client, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """Let a connection that was kept open wait for its next request like a new one."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._wait_for(conn)

    def enqueue_req(self, conn: Any) -> None:
        """Let a thread serve a request when its address has a turn; else it waits for one."""
        try:
            if self.turns.take(conn):
                super().enqueue_req(conn)
        except OverflowError:
            self._close(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep the connection as usual, or part from it without standing at the door.

        Gunicorn would wait here, in the one thread that lets everybody in, for up to two seconds
        until the client has closed too.
        """
        following = self.turns.give_back(conn)
        if following is not None:
            self.enqueue_req(following)
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
            return
        try:
            say_goodbye(conn.sock)
            leaving = Waiting(conn, time.monotonic() + PARTING_SECONDS)
            self.poller.register(conn.sock, EVENT_READ, partial(self._departs, leaving))
        except (OSError, ValueError):
            self._close(conn)
            return
        self._parting.append(leaving)
        if len(self._parting) > MOST_PARTING:
            longest = self._parting.popleft()
            if not longest.is_over:
                self._let_go(longest)

    def murder_pending(self) -> None:
        """Close what has waited too long."""
        super().murder_pending()
        moment = time.monotonic()
        while self._room and (self._room[0].is_over or self._room[0].deadline <= moment):
            waiting = self._room.popleft()
            if not waiting.is_over:
                self._leave(waiting)
                self._close(waiting.connection)
        while self._parting and (self._parting[0].is_over or self._parting[0].deadline <= moment):
            leaving = self._parting.popleft()
            if not leaving.is_over:
                self._let_go(leaving)
        if self._tls is not None:
            self._tls.look()

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
            piece = read_piece(client)
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError):
            self.poller.modify(client, EVENT_READ, partial(self._arrives, waiting))
            return
        except ssl.SSLWantWriteError:
            self.poller.modify(client, EVENT_WRITE, partial(self._arrives, waiting))
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
        self._hand_on(waiting)

    def _hand_on(self, waiting: Waiting) -> None:
        connection = waiting.connection
        connection.data_ready = True
        if not connection.initialized:
            # Gunicorn would encrypt a second time, with a certificate read anew.
            connection.initialized = True
            connection.parser = http.get_parser(self.cfg, connection.sock, connection.client)
        connection.parser.unreader.unread(bytes(waiting.arrived))
        self.enqueue_req(connection)

    def _leave(self, waiting: Waiting) -> None:
        waiting.is_over = True
        self.poller.unregister(waiting.connection.sock)
        self._of_address[waiting.address].remove(waiting)
        if not self._of_address[waiting.address]:
            del self._of_address[waiting.address]

    def _departs(self, leaving: Waiting, client: socket.socket) -> None:
        """Read away what a client still sends, so that the last answer reaches it whole."""
        if leaving.is_over:
            return
        try:
            if client.recv(_PIECE):
                return
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError):
            return
        except OSError:
            pass
        self._let_go(leaving)

    def _let_go(self, leaving: Waiting) -> None:
        leaving.is_over = True
        self.poller.unregister(leaving.connection.sock)
        self._close(leaving.connection)

    def _close(self, connection: Any) -> None:
        self.nr_conns -= 1
        connection.close()


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
