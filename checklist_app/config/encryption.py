"""Whether the way to a server that we work with is encrypted, and whom we trust there."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from checklist_app.config.environment import env_name
from checklist_app.config.problems import N_, Problem


def is_on_this_machine(url: str) -> bool:
    """Return whether a server is reached by a socket or the loopback, so that nobody listens."""
    parts = urlsplit(url)
    if any(name == "unix_socket" for name, _ in parse_qsl(parts.query)):
        return True
    if parts.hostname in (None, "localhost"):
        return True
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def unreadable_files(given: Mapping[str, Any], *names: str) -> list[Problem]:
    """Return a problem for each setting among ``names`` that names no file."""
    return [
        Problem(N_("%(name)s names a file that cannot be read."), {"name": env_name(name)})
        for name in names
        if name in given and not given[name].is_file()
    ]


def open_way(given: Mapping[str, Any], address: str, tls: str) -> list[Problem]:
    """Return the problem of a server that is reached in the clear where that was not renounced.

    Args:
        given: the values of the settings that are set.
        address: setting of its URL; with an ``s`` behind the scheme, the way is encrypted.
        tls: setting that asks for it: ``auto`` for another machine, ``verify`` always, ``off``
            never.
    """
    url, mode = given.get(address, ""), given.get(tls, "auto")
    scheme = urlsplit(url).scheme
    if scheme not in ("http", "redis") or mode == "off":
        return []
    if mode == "auto" and is_on_this_machine(url):
        return []
    return [
        Problem(
            N_(
                "%(name)s leads to another machine without encryption: begin it with %(scheme)s, "
                "or set %(other)s to off where nobody else can listen."
            ),
            {"name": env_name(address), "scheme": f"{scheme}s://", "other": env_name(tls)},
        )
    ]
