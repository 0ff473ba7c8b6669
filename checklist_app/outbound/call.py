"""Calling a checked address: pinned to it, no redirect, no proxy, little time, little answer."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer

import certifi

from checklist_app.config import Config
from checklist_app.domain.errors import DomainError
from checklist_app.domain.text import Text, text
from checklist_app.outbound.destination import Address, Destination, addresses, destination

SECONDS_TO_CONNECT = 5.0
SECONDS_IN_ALL = 15.0
MOST_ADDRESSES = 16
"""How many addresses of a name are tried."""
LARGEST_ANSWER = 16 * 1024
IN_TIME = text("There was no answer in time.")
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


class NoAnswer(DomainError):
    """Nobody answered in time, or not over HTTP, or not as who they should be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        body: its first bytes, ``LARGEST_ANSWER`` at most.
        milliseconds: from the look-up of the name to the last byte that was read.
    """

    status: int
    body: bytes
    milliseconds: int


def post(config: Config, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send bytes to an address and return the answer, whatever its status.

    Raises:
        Refused: it may not be called.
        NoAnswer: it cannot be reached, its certificate is not good for its name, or it is slow.
    """
    target = destination(config, url)
    begun = time.monotonic()
    try:
        found = addresses(target)
    except OSError as error:
        raise NoAnswer(text("The name of the host is not known.")) from error
    connection = _Pinned(config, target, found)
    # A read has its own limit, but one that is given byte by byte would never reach it.
    watch = Timer(SECONDS_IN_ALL, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body, {"Host": target.authority, **headers})
        answer = connection.getresponse()
        first = answer.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        # Cut in the middle of a read, the connection answers with whatever error comes first.
        raise NoAnswer(_reason(error, is_cut=connection.is_cut)) from error
    finally:
        watch.cancel()
        connection.close()
    if connection.is_cut:
        raise NoAnswer(IN_TIME)
    return Answer(answer.status, first, round((time.monotonic() - begun) * 1000))


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the checked addresses and to no other, in the name of the host."""

    def __init__(self, config: Config, target: Destination, found: list[Address]) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS_TO_CONNECT)
        self._target = target
        self._found = found
        self._trust = _trust(config) if target.scheme == "https" else None
        self.is_cut = False

    def connect(self) -> None:
        """Connect to the first address that answers; speak TLS in the name of the host."""
        trouble: OSError | None = None
        for address in self._found[:MOST_ADDRESSES]:
            self._refuse_if_cut()
            plain = socket.socket(_FAMILIES[address.version], socket.SOCK_STREAM)
            plain.settimeout(SECONDS_TO_CONNECT)
            try:
                plain.connect((str(address), self._target.port))
            except OSError as error:
                plain.close()
                trouble = error
                continue
            self._speak(plain)
            return
        raise trouble or OSError("no address")

    def _speak(self, plain: socket.socket) -> None:
        """Go on with the address that answered; from here on there is something to cut."""
        self.sock = plain
        if self._trust is not None:
            secured = self._trust.wrap_socket(
                plain, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock = secured
            self._refuse_if_cut()
            secured.do_handshake()
        self.sock.settimeout(SECONDS_IN_ALL)
        self._refuse_if_cut()

    def _refuse_if_cut(self) -> None:
        """Raise TimeoutError where the time ran out while there was nothing to cut yet."""
        if self.is_cut:
            raise TimeoutError

    def cut(self) -> None:
        """End the connection from another thread, whatever it waits for.

        What finds no connection yet leaves word for the one that is about to be made.
        """
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _trust(config: Config) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    if config.outbound_ca_file is not None:
        context.load_verify_locations(cafile=config.outbound_ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _reason(error: Exception, *, is_cut: bool) -> Text:
    if is_cut or isinstance(error, TimeoutError):
        return IN_TIME
    if isinstance(error, ssl.SSLError):
        return text("Its certificate cannot be verified, or is not for this name.")
    if isinstance(error, http.client.HTTPException):
        return text("The answer is not HTTP.")
    return text("The host cannot be reached.")
