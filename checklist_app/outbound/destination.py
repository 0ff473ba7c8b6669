"""Where a call may go: the address as text, then every network address behind its name."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from checklist_app.config import AllowedHost, Config
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import Text, text

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL = 500
HTTPS = 443
HTTP = 80
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_PRINTED = re.compile(r"[!-~]+")

# What `ipaddress` takes for public, and is not: ways to write an IPv4 address as an IPv6 one,
# whose routers would lead back into our own network, and the address where one cloud answers.
_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "fec0::/10",
        "192.88.99.0/24",
        "168.63.129.16/32",
    )
)


_NO_ADDRESS: Text = text("This is no address that can be called.")
_INSIDE: Text = text(
    "This address leads into a network that is not public. If it is meant, the operator names its "
    "host in CHECKLIST_OUTBOUND_ALLOWED_HOSTS."
)


class Refused(InvalidInput):
    """A call may not go there; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Destination:
    """An address that may be called, as far as its text tells.

    Attributes:
        path: with its query, as it is sent.
        is_allowed: whether the settings name this host, so that it may be inside our network.
    """

    scheme: str
    host: str
    port: int
    path: str
    is_allowed: bool

    @property
    def authority(self) -> str:
        """The host as the ``Host`` header names it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        usual = HTTPS if self.scheme == "https" else HTTP
        return name if self.port == usual else f"{name}:{self.port}"


def destination(config: Config, url: str) -> Destination:
    """Read an address that somebody typed.

    Raises:
        Refused: it is none, not https, or names its host or port in a way that is not taken.
    """
    parts, host, port = _parts(url)
    if port is None:
        port = HTTPS if parts.scheme == "https" else HTTP
    allowed = AllowedHost(parts.scheme, host, port) in config.outbound_allowed_hosts
    if not allowed:
        _check_usual(config, parts.scheme, port)
        literal = _literal(host)
        if literal is not None:
            check_address(literal)
    path = parts.path or "/"
    if parts.query:
        path += f"?{parts.query}"
    return Destination(parts.scheme, host, port, path, allowed)


def _parts(url: str) -> tuple[SplitResult, str, int | None]:
    """Return an address in parts, its host and its port, if it is written as everybody does."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(_NO_ADDRESS, field="url") from error
    if len(url) > LONGEST_URL or not _PRINTED.fullmatch(url) or "\\" in url:
        raise Refused(_NO_ADDRESS, field="url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused(
            text("The address holds a name, a password or a fragment. Leave it out."), field="url"
        )
    host = (parts.hostname or "").removesuffix(".")
    if parts.scheme not in ("https", "http") or not _is_plain_host(host, bracketed="[" in url):
        raise Refused(
            text(
                "Give an address such as https://hooks.example.org/checklist, with the name of "
                "the host in full."
            ),
            field="url",
        )
    return parts, host, port


def _check_usual(config: Config, scheme: str, port: int) -> None:
    if scheme != "https":
        raise Refused(text("The address has to begin with https://."), field="url")
    if port not in config.outbound_ports:
        known = ", ".join(str(number) for number in sorted(config.outbound_ports))
        raise Refused(text("Only these ports are called: %(ports)s.", ports=known), field="url")


def addresses(target: Destination) -> list[Address]:
    """Return every network address behind a name, each of them checked.

    Raises:
        Refused: one of them is inside a network; the others do not count then.
        OSError: the name is not known, or nobody says.
    """
    literal = _literal(target.host)
    if literal is not None:
        found = [literal]
    else:
        rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        names = dict.fromkeys(str(row[4][0]).partition("%")[0] for row in rows)
        found = [ipaddress.ip_address(name) for name in names]
    if not target.is_allowed:
        for one in found:
            check_address(one)
    return found


def check_address(address: Address) -> None:
    """Raise Refused unless an address belongs to the public internet."""
    inside = not address.is_global or address.is_multicast or address.is_reserved
    if inside or any(address in network for network in _REFUSED):
        raise Refused(_INSIDE, field="url")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_plain_host(host: str, *, bracketed: bool) -> bool:
    """Return whether a host is a name, or an address as everybody writes it.

    ``127.1``, ``0x7f.1`` and ``2130706433`` are neither, though the system's resolver takes them.
    """
    literal = _literal(host)
    if literal is not None:
        return str(literal) == host and bracketed == (literal.version == 6) and "%" not in host
    labels = host.split(".")
    last = labels[-1]
    is_number = last[:1].isdigit() or not last
    return len(host) <= 253 and not is_number and all(_LABEL.fullmatch(part) for part in labels)
