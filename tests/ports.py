"""Ports of this machine on which nobody listens."""

from __future__ import annotations

import itertools
import os
import random
import socket

FIRST, SHARE = 11_000, 2_000
"""Below those that the kernel lends to whoever calls somebody, above those that browsers shun; each
test process has its own."""
_PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 10
_offers = itertools.count(random.randrange(SHARE))  # noqa: S311 - two runs begin elsewhere


def free_port() -> int:
    """Return a port that was free a moment ago, for a program that has to be told one."""
    for offer in _offers:
        port = FIRST + _PROCESS * SHARE + offer % SHARE
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("there is always another offer")
