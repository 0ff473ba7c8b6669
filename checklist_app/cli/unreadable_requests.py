"""What a client is told whose request cannot be read, before the application has seen any of it."""

from __future__ import annotations

import socket
from http import HTTPStatus

from gunicorn import util  # type: ignore[import-untyped]

from checklist_app.config import Config
from checklist_app.web.security import headers_of

WORDS = "This request cannot be read.\nNo se puede leer esta petición.\n"


def answer_like_all_others(config: Config) -> None:
    """Let gunicorn's own refusals carry the headers of every answer, and repeat nothing.

    Gunicorn has no setting for them. Its workers look the function up in this module each time.
    """

    def write_error(connection: socket.socket, status: int, _reason: str, _words: str) -> None:
        util.write_nonblock(connection, refusal(config, status))

    util.write_error = write_error


def refusal(config: Config, status: int) -> bytes:
    """Return a whole answer; the connection ends with it."""
    body = WORDS.encode()
    headers = {
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        **headers_of(config),
    }
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
