"""Threads are shared: one address holds half of them at most, and its other requests wait."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from ipaddress import ip_address, ip_network
from typing import Any

MOST_HELD_OF_ADDRESS = 100
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


class Turns:
    """Who is being served, and whose further requests wait. Used by one thread alone.

    Attributes:
        share: how many of one address are served at once; 0 for as many as there are, where all
            addresses are those of a proxy.
    """

    def __init__(self, share: int = 0) -> None:
        self.share = share
        self._served: Counter[str] = Counter()
        self._held: defaultdict[str, deque[Any]] = defaultdict(deque)

    def take(self, connection: Any) -> bool:
        """Return whether a request is served now; otherwise keep it for later.

        Raises:
            OverflowError: too many of that address wait already; nothing was kept.
        """
        place = network_of(connection.client)
        if place and self.share and self._served[place] >= self.share:
            if len(self._held[place]) >= MOST_HELD_OF_ADDRESS:
                raise OverflowError
            self._held[place].append(connection)
            return False
        self._served[place] += 1
        return True

    def give_back(self, connection: Any) -> Any | None:
        """Note that a request is over; return the one of that address whose turn it is."""
        place = network_of(connection.client)
        self._served[place] -= 1
        if not self._served[place]:
            del self._served[place]
        if not self._held[place]:
            del self._held[place]
            return None
        return self._held[place].popleft()
