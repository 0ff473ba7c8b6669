"""Keeps child processes running together: all live, or all stop."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import Event

from checklist_app.cli.signals import set_when_asked_to_stop

STOP_SECONDS = 12.0
LOOK_EVERY = 0.1
SHORT_LIFE = 10.0
MOST_SHORT_LIVES = 3
_PR_SET_PDEATHSIG = 1

try:
    _prctl: Callable[..., int] | None = ctypes.CDLL(None).prctl
except (AttributeError, OSError):
    _prctl = None


@dataclass(slots=True)
class Child:
    """A process that has to run all the time.

    Attributes:
        short_lives: how often in a row it ended soon after its start.
    """

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    short_lives: int = 0


@dataclass(slots=True)
class Supervisor:
    """Starts children, restarts one that dies, and stops them all when asked.

    Attributes:
        environment: of the children.
        stopping: set when everything should end.
    """

    children: list[Child]
    environment: Mapping[str, str]
    stopping: Event = field(default_factory=Event)
    failed: Child | None = None

    def start(self) -> None:
        """Start every child; SIGTERM and SIGINT to this process stop them."""
        set_when_asked_to_stop(self.stopping)
        for child in self.children:
            self._launch(child)

    def watch(self) -> Child | None:
        """Stay until asked to stop; return the child that could not be kept alive, if any."""
        try:
            while not self.stopping.wait(LOOK_EVERY):
                self.look()
        finally:
            self.stop()
        return self.failed

    def look(self) -> None:
        """Restart what has died; give up on a child that dies again and again."""
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            lived = time.monotonic() - child.started
            child.short_lives = child.short_lives + 1 if lived < SHORT_LIFE else 0
            if child.short_lives >= MOST_SHORT_LIVES:
                self.failed = child
                self.stopping.set()
                return
            self._launch(child)

    def stop(self) -> None:
        """End every child in order, and by force after twelve seconds."""
        running = [c.process for c in self.children if c.process and c.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(timeout=max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _launch(self, child: Child) -> None:
        child.started = time.monotonic()
        child.process = subprocess.Popen(  # nosec B603 # noqa: S603 - our own programs
            child.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            # Ctrl-C in the terminal reaches us alone, so that they are stopped once and in order.
            start_new_session=True,
            preexec_fn=partial(_die_with_parent, os.getpid()),  # noqa: PLW1509 - we have a single thread here
        )


def _die_with_parent(parent: int) -> None:
    # A supervisor that is killed outright must not leave a server behind on its port.
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)
