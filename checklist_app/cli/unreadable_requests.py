"""What a client is told before the application has seen any of its request."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from gunicorn import util  # type: ignore[import-untyped]

from checklist_app.config import Config
from checklist_app.web.security import headers_of

WORDS = "This request cannot be read.\nNo se puede leer esta petición.\n"
FULL = (
    "Too much is being uploaded at this moment. Nothing was stored; try again in half a minute.\n"
    "Se está subiendo demasiado en este momento. No se guardó nada; inténtelo de nuevo en medio "
    "minuto.\n"
)
RETRY_AFTER_SECONDS = 30
NOTHING: Mapping[str, str] = MappingProxyType({})


def answer_like_all_others(config: Config) -> None:
    """Let gunicorn's own refusals carry the headers of every answer, and repeat nothing.

    Gunicorn has no setting for them. Its workers look the function up in this module each time.
    """

    def write_error(connection: socket.socket, status: int, _reason: str, _words: str) -> None:
        util.write_nonblock(connection, refusal(config, status))

    util.write_error = write_error


def told_when_full(config: Config) -> bytes:
    """Return the answer to a request for which no thread is free."""
    later = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return refusal(config, HTTPStatus.SERVICE_UNAVAILABLE, FULL, later)


def refusal(
    config: Config, status: int, words: str = WORDS, others: Mapping[str, str] = NOTHING
) -> bytes:
    """Return a whole answer; the connection ends with it."""
    body = words.encode()
    headers = {
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        **headers_of(config),
        **others,
    }
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
