"""How this system's own processes are asked to end."""

from __future__ import annotations

import signal
from threading import Event, Thread
from types import FrameType


def set_when_asked_to_stop(stopping: Event) -> None:
    """Set ``stopping`` at SIGTERM and SIGINT.

    A thread of its own does it: the one that the signal interrupts may just hold the lock of the
    event that it waits for, and would then wait for itself.
    """

    def asked(_signal: int, _frame: FrameType | None) -> None:
        Thread(target=stopping.set, name="asked to stop").start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
