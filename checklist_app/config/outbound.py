"""The settings of calls to addresses that people type, such as those of webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from checklist_app.config.mail import MailSettings
from checklist_app.config.setting import setting
from checklist_app.config.values import path


class AllowedHost(NamedTuple):
    """A host that may be called although it is inside a network."""

    scheme: str
    host: str
    port: int


def hosts(raw: str) -> frozenset[AllowedHost]:
    """hosts, separated by commas: `name`, `name:port` or `http://name:port`"""
    found = set()
    for part in filter(None, (piece.strip().lower() for piece in raw.split(","))):
        parts = urlsplit(part if "://" in part else f"https://{part}")
        hint = "chat.internal.example, 10.0.0.5:8443, http://localhost:9000"
        is_bare = not (parts.path or parts.query or parts.fragment or parts.username)
        if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
            raise ValueError(hint)
        try:
            port = parts.port
        except ValueError as error:
            raise ValueError(hint) from error
        usual = 443 if parts.scheme == "https" else 80
        found.add(AllowedHost(parts.scheme, parts.hostname, port or usual))
    return frozenset(found)


def ports(raw: str) -> frozenset[int]:
    """ports, separated by commas"""
    found = [part.strip() for part in raw.split(",")]
    if not all(part.isascii() and part.isdigit() and 0 < int(part[:6]) < 65536 for part in found):
        raise ValueError("443, 8443")
    return frozenset(int(part) for part in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundSettings(MailSettings):
    """Where calls may go; public addresses over https if nothing is said."""

    outbound_allowed_hosts: frozenset[AllowedHost] = setting(
        hosts,
        "Hosts inside your network that webhooks may call, each with its port; `http://` before "
        "one allows it without encryption. None by default.",
        default=frozenset(),
    )
    outbound_ports: frozenset[int] = setting(
        ports,
        "Ports that webhooks may call on public addresses.",
        default=frozenset({443, 8443}),
    )
    outbound_ca_file: Path | None = setting(
        path,
        "Certificates of your own authorities, trusted for webhooks besides the public ones.",
        default=None,
    )
