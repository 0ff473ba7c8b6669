"""Asked to end, a process ends, whatever it is in the middle of."""

from __future__ import annotations

import subprocess
import sys

INTERRUPTED = """
import os, signal
from threading import Event
from checklist_app.cli.signals import set_when_asked_to_stop

stopping = Event()
set_when_asked_to_stop(stopping)
with stopping._cond:  # what Event.wait holds for a moment each time that it looks
    os.kill(os.getpid(), signal.SIGTERM)
    print("interrupted", flush=True)
print("asked" if stopping.wait(20) else "forgotten")
"""


def test_a_signal_that_meets_the_event_in_use_is_heard() -> None:
    told = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=True, timeout=30
    )
    assert told.stdout.split() == ["interrupted", "asked"]
