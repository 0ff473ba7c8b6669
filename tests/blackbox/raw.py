"""Requests that no well-behaved client would send, byte by byte."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from tests.blackbox.processes import Server
from tests.raw_answers import read_to_end

TRIES = 3


@dataclass(frozen=True)
class RawAnswer:
    """What came back; ``status`` is 0 when the connection was closed without a word."""

    status: int
    text: str

    def header(self, name: str) -> str:
        head = self.text.partition("\r\n\r\n")[0]
        for line in head.split("\r\n")[1:]:
            found, _, value = line.partition(":")
            if found.strip().lower() == name.lower():
                return value.strip()
        return ""


def send_raw(server: Server, sent: bytes, *, seconds: float = 30) -> RawAnswer:
    """Send bytes and read until the server closes or falls silent."""
    with socket.create_connection((server.host, server.port), timeout=seconds) as connection:
        # Refused before it was all sent, the answer may be there already.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        text = read_to_end(connection)
    first = text.partition("\r\n")[0].split(" ")
    return RawAnswer(int(first[1]) if len(first) > 1 and first[1].isdigit() else 0, text)


def request_line(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    """Return a request that asks for the connection to be closed."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def refused_soon(server: Server, sent: bytes, statuses: set[int], *, within: float) -> None:
    """Hold that a request is refused in this time; of three tries, one has to be that fast.

    Whoever is slow each time is slow; a machine that does other things is slow now and then.
    """
    taken: list[float] = []
    while not taken or (min(taken) >= within and len(taken) < TRIES):
        began = time.monotonic()
        told = send_raw(server, sent)
        taken.append(time.monotonic() - began)
        assert told.status in statuses, (sent[:100], told.text[:300])
    assert min(taken) < within, (sent[:100], taken)
