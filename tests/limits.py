"""Lets a test begin as if nobody had asked for anything yet."""

from __future__ import annotations

from limits.storage import MemoryStorage

from checklist_app.web.extensions import limiter


def forget_requests() -> None:
    """Forget who asked how often.

    The storage sweeps in a thread of its own, which would break if it were emptied meanwhile.
    """
    storage = limiter.storage
    if isinstance(storage, MemoryStorage):
        storage.timer.join()
    limiter.reset()
