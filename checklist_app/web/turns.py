"""How many costly requests of strangers run at once."""

from __future__ import annotations

from threading import BoundedSemaphore

AT_ONCE = 2
places = BoundedSemaphore(AT_ONCE)
"""A check may cost many seconds; strangers never hold more than these of a process's threads."""
