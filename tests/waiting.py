"""Waiting for another process, as long as a slow machine may need and no longer than it lives."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from threading import Event

import pytest

PATIENCE = 180.0
"""Seconds: several times what the slowest start takes on a machine that does much else."""
BETWEEN_LOOKS = 0.03


def wait_until(
    what: str,
    condition: Callable[[], bool],
    patience: float = PATIENCE,
    *,
    of: subprocess.Popen[bytes] | None = None,
    said: Callable[[], str] = str,
) -> None:
    """Look again and again until something is so.

    Args:
        what: what is waited for, in words.
        condition: whether it is so.
        patience: seconds after which the test fails.
        of: a process that has to live meanwhile.
        said: returns what it said, for the message.
    """
    pause, deadline = Event(), time.monotonic() + patience
    while not condition():
        if of is not None and of.poll() is not None:
            pytest.fail(f"ended before: {what}\n{said()}")
        if time.monotonic() > deadline:
            pytest.fail(f"never happened: {what}\n{said()}")
        pause.wait(BETWEEN_LOOKS)
