"""Threads are shared: one address holds a part of them at most, and so do uploads, of everybody."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

MOST_HELD_OF_ADDRESS = 100
UPLOAD_WAIT_SECONDS = 20.0
"""How long an upload waits for a thread before it is sent away."""
_IPV6_NETWORK_BITS = 64


def network_of(client: object) -> str:
    """Return where a connection comes from: its address, or its IPv6 network; empty for a socket.

    One subscriber of IPv6 holds a whole network of 64 bits, and could change address at will.
    """
    if not isinstance(client, tuple):
        return ""
    address = str(client[0]).partition("%")[0]
    if ":" not in address:
        return address
    mapped = ip_address(address)
    ipv4 = getattr(mapped, "ipv4_mapped", None)
    return str(ipv4 or ip_network(f"{address}/{_IPV6_NETWORK_BITS}", strict=False))


@dataclass(eq=False, frozen=True, slots=True)
class _Request:
    connection: Any
    place: str
    is_upload: bool
    deadline: float


class Turns:
    """Who is being served, and whose further requests wait. Used by one thread alone.

    An upload is a request whose thread has to wait for its client.

    Attributes:
        share: how many of one address are served at once; 0 for as many as there are, where all
            addresses are those of a proxy.
        uploads: how many uploads are served at once; 0 for as many as there are. Where addresses
            are told apart, one of them leaves a place to others.
    """

    def __init__(self, share: int = 0, uploads: int = 0) -> None:
        self.share = share
        self.uploads = uploads
        self._served: dict[Any, _Request] = {}
        self._served_of: Counter[str] = Counter()
        self._uploads_of: Counter[str] = Counter()
        self._held: dict[_Request, None] = {}
        self._held_of: Counter[str] = Counter()

    def take(self, connection: Any, *, is_upload: bool = False) -> bool:
        """Return whether a request is served now; otherwise keep it for later.

        Raises:
            OverflowError: too many of that address wait already; nothing was kept.
        """
        place = network_of(connection.client)
        deadline = time.monotonic() + UPLOAD_WAIT_SECONDS
        request = _Request(connection, place, is_upload, deadline)
        if self._has_turn(request):
            self._serve(request)
            return True
        if self._held_of[place] >= MOST_HELD_OF_ADDRESS:
            raise OverflowError
        self._held[request] = None
        self._held_of[place] += 1
        return False

    def give_back(self, connection: Any) -> list[Any]:
        """Note that a request is over; return those whose turn it is now, who have taken it."""
        over = self._served.pop(connection)
        _take_off(self._served_of, over.place)
        if over.is_upload:
            _take_off(self._uploads_of, over.place)
        following = []
        for request in list(self._held):
            if self._has_turn(request):
                self._no_longer_hold(request)
                self._serve(request)
                following.append(request.connection)
        return following

    def lose_patience(self, moment: float) -> list[Any]:
        """Return the uploads that have waited too long; they are kept no longer."""
        late = [one for one in self._held if one.is_upload and one.deadline <= moment]
        for request in late:
            self._no_longer_hold(request)
        return [request.connection for request in late]

    def _has_turn(self, request: _Request) -> bool:
        place = request.place
        is_shared = bool(place and self.share)
        if is_shared and self._served_of[place] >= self.share:
            return False
        if not request.is_upload or not self.uploads:
            return True
        if is_shared and self._uploads_of[place] >= max(self.uploads - 1, 1):
            return False
        return self._uploads_of.total() < self.uploads

    def _serve(self, request: _Request) -> None:
        self._served[request.connection] = request
        self._served_of[request.place] += 1
        if request.is_upload:
            self._uploads_of[request.place] += 1

    def _no_longer_hold(self, request: _Request) -> None:
        del self._held[request]
        _take_off(self._held_of, request.place)


def _take_off(counter: Counter[str], place: str) -> None:
    counter[place] -= 1
    if not counter[place]:
        del counter[place]
