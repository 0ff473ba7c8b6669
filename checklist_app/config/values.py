"""How the text of a setting becomes a value; the docstring of each parser names its type."""

from __future__ import annotations

import string
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

HOST_CHARACTERS = frozenset(string.ascii_lowercase + string.digits + "-.:[]")


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return the parser of a whole number within bounds, both included."""

    def parse(raw: str) -> int:
        if not raw.isascii() or not raw.isdigit() or not lowest <= int(raw[:12]) <= highest:
            raise ValueError(f"{lowest}…{highest}")
        return int(raw)

    parse.__doc__ = f"whole number, {lowest} to {highest}"
    return parse


def one_of(*allowed: str) -> Callable[[str], str]:
    """Return the parser of a word from a closed list."""

    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(", ".join(allowed))
        return raw

    parse.__doc__ = "one of " + ", ".join(f"`{value}`" for value in allowed)
    return parse


def switch(raw: str) -> bool:
    """`on` or `off`"""
    if raw not in ("on", "off"):
        raise ValueError("on, off")
    return raw == "on"


def plain(raw: str) -> str:
    """text"""
    if not raw.strip() or "\0" in raw:
        raise ValueError("text")
    return raw


def path(raw: str) -> Path:
    """path"""
    return Path(plain(raw)).expanduser().absolute()


def web_address(raw: str) -> str:
    """http or https address"""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("https://checklist.example.org")
    return raw.rstrip("/")


def server_address(raw: str) -> str:
    """http or https address of a server, without a path or a password"""
    hint = "https://storage.example.org"
    try:
        web_address(raw)
        parts = urlsplit(raw)
        is_bare = parts.port != -1 and not parts.path.strip("/")
    except ValueError as error:
        raise ValueError(hint) from error
    if not is_bare or parts.username is not None or not raw.isascii() or raw != raw.strip():
        raise ValueError(hint)
    return raw.rstrip("/")


def mail_address(raw: str) -> str:
    """e-mail address"""
    local, at, host = raw.rpartition("@")
    if (
        not at
        or not local
        or not host
        or not raw.isascii()
        or any(c in raw for c in " \t\r\n<>,\0")
    ):
        raise ValueError("checklist@example.org")
    return raw


class ListenAddress(NamedTuple):
    """Where to listen: a host and a port."""

    host: str
    port: int


def listen_address(raw: str) -> ListenAddress:
    """host and port to listen on"""
    host, colon, port = raw.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit():
        raise ValueError("127.0.0.1:9464")
    if not 0 < int(port[:6]) < 65536:
        raise ValueError("127.0.0.1:9464")
    return ListenAddress(host, int(port))


def database_address(raw: str) -> str:
    """database address"""
    if not raw.startswith(("sqlite:///", "mysql+pymysql://")) or not _can_be_taken_apart(raw):
        raise ValueError("sqlite:///…, mysql+pymysql://…")
    return raw


def redis_address(raw: str) -> str:
    """address of a Redis server"""
    if not raw.startswith(("redis://", "rediss://", "redis+unix://")):
        raise ValueError("redis://…, rediss://…, redis+unix://…")
    if not _can_be_taken_apart(raw):
        raise ValueError("rediss://:password@host:6379/0")
    return raw


def _can_be_taken_apart(url: str) -> bool:
    try:
        return urlsplit(url).port != -1
    except ValueError:
        return False


def media_types(raw: str) -> frozenset[str]:
    """media types, separated by commas"""
    types = frozenset(part.strip().lower() for part in raw.split(",") if part.strip())
    if not types or any(kind.count("/") != 1 for kind in types):
        raise ValueError("image/png, text/plain")
    return types


def host_names(raw: str) -> frozenset[str]:
    """names or addresses of hosts without port, separated by commas"""
    names = frozenset(part.strip().lower() for part in raw.split(",") if part.strip())
    if not names or any(not set(name) <= HOST_CHARACTERS for name in names):
        raise ValueError("checklist.example.org, 10.0.0.5")
    return names


Network = IPv4Network | IPv6Network


def networks(raw: str) -> tuple[Network, ...]:
    """addresses or networks, separated by commas"""
    try:
        found = tuple(ip_network(part.strip()) for part in raw.split(",") if part.strip())
    except ValueError as error:
        raise ValueError("10.0.0.5, 192.0.2.0/24, 2001:db8::/64") from error
    if not found:
        raise ValueError("10.0.0.5, 192.0.2.0/24, 2001:db8::/64")
    return found


def email_domains(raw: str) -> frozenset[str]:
    """domains of e-mail addresses, separated by commas"""
    domains = frozenset(part.strip().lower() for part in raw.split(",") if part.strip())
    if not domains or any("@" in name or "." not in name or " " in name for name in domains):
        raise ValueError("example.org, example.com")
    return domains


PROJECT_ROLES = ("owner", "manager", "reviewer", "contributor", "viewer")
ORGANISATION_ROLES = ("administrator", "auditor", "member")


def role_map(raw: str) -> tuple[tuple[str, str, str], ...]:
    """values of a claim and what they mean, separated by commas

    Gives ``(value, project, role)``; the project is empty for a role in the organisation.
    """
    hint = "checklist-admins=administrator, team-blue=my-project:reviewer"
    meanings = []
    for part in filter(None, (piece.strip() for piece in raw.split(","))):
        value, _, meaning = part.rpartition("=")
        project, _, role = meaning.strip().rpartition(":")
        known = PROJECT_ROLES if project else ORGANISATION_ROLES
        if not value.strip() or role not in known:
            raise ValueError(hint)
        meanings.append((value.strip(), project, role))
    if not meanings:
        raise ValueError(hint)
    return tuple(meanings)
