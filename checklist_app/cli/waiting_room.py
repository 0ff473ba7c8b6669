"""Where connections wait until their request has arrived, so that none of them holds a thread.

Gunicorn's threads read a request in blocking mode: as many clients that send a byte now and then
as there are threads would stop everything. Here the one thread that accepts connections gathers
each head (and a short body behind it) as it comes, and hands the connection on when it is whole.
With HTTPS of our own, the handshake happens here too, piece by piece as it arrives.
"""

from __future__ import annotations

import errno
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

from checklist_app.cli.arrivals import Arrival, arrival
from checklist_app.cli.patience import PatientTlsSocket, patient, read_piece, say_goodbye
from checklist_app.cli.tls import RenewedContext
from checklist_app.cli.turns import Turns, network_of

HEAD_SECONDS = 10.0
"""How long a request's head, and a short body, may take from its first byte or the accept."""
PARTING_SECONDS = 2.0
"""How long a client may take to close after the last answer."""
MOST_PARTING = 100
MOST_WAITING_OF_ADDRESS = 100
REST_SECONDS = 0.5
"""How long nobody is let in where the machine has no descriptor, or no memory, for one more."""
TELL_EVERY = 60.0
_PIECE = 16 * 1024
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_GONE = frozenset(
    {
        errno.EAGAIN,
        errno.EWOULDBLOCK,
        errno.ECONNABORTED,
        # What went wrong on the way of the one who was at the door, see accept(2).
        errno.EPROTO,
        errno.EPERM,
        errno.ENOPROTOOPT,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENONET,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
    }
)


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


class WaitingRoomWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's threads behind a waiting room, and with a way out that blocks nobody.

    Attributes:
        turns: whose requests have a thread.
        told_when_full: the whole answer to one that can have none for now.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._room: deque[Waiting] = deque()
        self._of_address: defaultdict[str, deque[Waiting]] = defaultdict(deque)
        self._parting: deque[Waiting] = deque()
        self._tls: RenewedContext | None = None
        self._rests_until = 0.0
        self._told_at = -TELL_EVERY
        self.turns = Turns()
        self.told_when_full = b""

    def init_process(self) -> None:
        """Set up as usual; whoever speaks HTTPS reads the certificate once, not at each visit."""
        if self.cfg.is_ssl:
            files = Path(self.cfg.certfile), Path(self.cfg.keyfile)
            self._tls = RenewedContext(*files, PatientTlsSocket)
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection in; it waits here until its request has arrived."""
        try:
            accepted, address = listener.accept()
        except OSError as error:
            # An error that leaves here ends the process, with all requests that are under way.
            if error.errno in _NO_ROOM:
                self._make_room(error)
            elif error.errno not in _GONE:
                raise
            return
        client: socket.socket = patient(accepted)
        if self._tls is not None:
            try:
                client = self._tls.wrap(client)
            except OSError:  # it has gone already
                client.close()
                return
        self.nr_conns += 1
        self._wait_for(TConn(self.cfg, client, address, listener.getsockname()))

    def set_accept_enabled(self, enabled: bool) -> None:
        """Let people in, or not; never while we rest."""
        super().set_accept_enabled(enabled and time.monotonic() >= self._rests_until)

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """Let a connection that was kept open wait for its next request like a new one."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._wait_for(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep the connection as usual, or part from it without standing at the door.

        Gunicorn would wait here, in the one thread that lets everybody in, for up to two seconds
        until the client has closed too. And it would give the beginning of a next request, read
        along with this one, to a thread that waits for the rest.
        """
        for following in self.turns.give_back(conn):
            self.enqueue_req(following)
        if fs.cancelled() or fs.exception() is not None or not fs.result():
            self._part(conn)
            return
        begun = conn.parser.unreader.take_buffered()
        if begun or has_decrypted(conn.sock):
            self._wait_for(conn, begun)
        else:
            super().finish_request(conn, fs)

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
        for connection in self.turns.lose_patience(moment):
            self._send_away(connection)
        if self._tls is not None:
            self._tls.look()

    def _make_room(self, error: OSError) -> None:
        """Give a place up for whoever is at the door, or leave them there for a moment.

        The one who has waited longest goes. Where nobody waits, or a place of ours is none of the
        machine's, the door would be asked again and again, and take all the time there is.
        """
        moment = time.monotonic()
        if moment - self._told_at >= TELL_EVERY:
            self._told_at = moment
            self.log.warning("there is no room for another connection: %s", error.strerror)
        while self._room and self._room[0].is_over:
            self._room.popleft()
        if self._room:
            longest = self._room.popleft()
            self._leave(longest)
            self._close(longest.connection)
            if error.errno == errno.EMFILE:
                return
        self._rests_until = moment + REST_SECONDS
        self.set_accept_enabled(False)

    def _wait_for(self, connection: Any, begun: bytes = b"") -> None:
        deadline = time.monotonic() + HEAD_SECONDS
        waiting = Waiting(connection, deadline, bytearray(begun))
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
        if begun and arrival(begun) is not Arrival.PART:
            self._hand_on(waiting)
        elif has_decrypted(connection.sock):
            self._arrives(waiting, connection.sock)

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
        if not piece:
            self._leave(waiting)
            self._close(waiting.connection)
        elif arrival(waiting.arrived) is not Arrival.PART:
            self._hand_on(waiting)

    def _hand_on(self, waiting: Waiting) -> None:
        self._leave(waiting)
        connection = waiting.connection
        connection.data_ready = True
        if not connection.initialized:
            # Gunicorn would encrypt a second time, with a certificate read anew.
            connection.initialized = True
            connection.parser = http.get_parser(self.cfg, connection.sock, connection.client)
        connection.parser.unreader.unread(bytes(waiting.arrived))
        is_upload = arrival(waiting.arrived) is Arrival.UPLOAD
        try:
            if self.turns.take(connection, is_upload=is_upload):
                self.enqueue_req(connection)
        except OverflowError:
            self._send_away(connection)

    def _send_away(self, connection: Any) -> None:
        """Say that no thread is free for this request, and part."""
        with suppress(OSError):
            connection.sock.send(self.told_when_full)
        self._part(connection)

    def _part(self, connection: Any) -> None:
        try:
            say_goodbye(connection.sock)
            leaving = Waiting(connection, time.monotonic() + PARTING_SECONDS)
            self.poller.register(connection.sock, EVENT_READ, partial(self._departs, leaving))
        except (OSError, ValueError):
            self._close(connection)
            return
        self._parting.append(leaving)
        if len(self._parting) > MOST_PARTING:
            longest = self._parting.popleft()
            if not longest.is_over:
                self._let_go(longest)

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


def has_decrypted(client: socket.socket) -> bool:
    """Return whether there is something to read of which nothing tells the poller."""
    return isinstance(client, ssl.SSLSocket) and client.pending() > 0
