"""A listener on this machine that counts who connects and answers as it is told."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from tests.post_office import server_context

OK = b"HTTP/1.1 204 No Content\r\nX-Thing: 1\r\n\r\n"
Script = Callable[[socket.socket, Event], None]


@dataclass
class Listener:
    """Where it listens, and what came.

    Attributes:
        script: what it does with a connection once a request is read.
        authority: file with the certificate that its own is checked against, where it speaks TLS.
        requests: the bytes of each request.
        connections: how many connected, whatever they sent.
        reads: whether a request is read before the script begins.
    """

    port: int
    script: Script
    authority: Path | None = None
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closing: Event = field(default_factory=Event)
    reads: bool = True


def says(answer: bytes) -> Script:
    """Return the script that gives one answer."""

    def script(connection: socket.socket, _closing: Event) -> None:
        connection.sendall(answer)

    return script


def fine(connection: socket.socket, _closing: Event) -> None:
    """Take the request, and say so."""
    connection.sendall(OK)


@contextmanager
def listening(
    script: Script = fine, *, tls_for: str = "", folder: Path | None = None, reads: bool = True
) -> Iterator[Listener]:
    """Listen on a free port until the block ends; with ``tls_for``, with a certificate for it."""
    context = server_context(folder, tls_for) if folder is not None else None
    with socket.create_server(("127.0.0.1", 0)) as server:
        authority = folder / "authority.pem" if folder is not None else None
        made = Listener(server.getsockname()[1], script, authority, reads=reads)
        thread = Thread(target=_serve, args=(server, made, context))
        thread.start()
        try:
            yield made
        finally:
            made.closing.set()
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, made: Listener, context: ssl.SSLContext | None) -> None:
    while not made.closing.is_set():
        try:
            plain, _ = server.accept()
        except OSError:
            return
        if made.closing.is_set():
            plain.close()
            return
        made.connections += 1
        with suppress(OSError), plain:
            if context is None:
                _answer(plain, made)
            else:
                with context.wrap_socket(plain, server_side=True) as secured:
                    _answer(secured, made)


def _answer(connection: socket.socket, made: Listener) -> None:
    connection.settimeout(30)
    if made.reads:
        made.requests.append(_request(connection))
    made.script(connection, made.closing)


def _request(connection: socket.socket) -> bytes:
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += _received(connection)
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    if b"expect" in headers:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    while len(body) < int(headers.get(b"content-length", 0)):
        body += _received(connection)
    return head + b"\r\n\r\n" + body


def _received(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise ConnectionResetError
    return part
