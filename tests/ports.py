"""Ports of this machine on which nobody listens."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Return a port that was free a moment ago, for a program that has to be told one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
