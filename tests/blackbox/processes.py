"""Our own programs, started as in containers: ``checklist serve`` and ``checklist worker``."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.ports import free_port
from tests.waiting import wait_until

NOTHING: Mapping[str, str] = MappingProxyType({})
PROGRAM = (sys.executable, "-m", "checklist_app")


@dataclass(frozen=True)
class Asked:
    """A request that was refused: from where, what for, and what came back."""

    place: str
    method: str
    path: str
    status: int


@dataclass(frozen=True)
class Server:
    """A web server that answers at ``http://host:port``; what it says of itself is in ``log``.

    ``refused`` and ``secrets`` hold what every visitor of every check was refused and what they
    sent or got that belongs in no log.
    """

    host: str
    port: int
    log: Path
    refused: list[Asked] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def told(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text(encoding="utf-8")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a program of ours with these settings and no other."""
    kept = {name: value for name, value in os.environ.items() if "CHECKLIST_" not in name}
    return kept | {f"CHECKLIST_{name.upper()}": value for name, value in settings.items()}


@contextmanager
def running(
    command: Sequence[str], log: Path, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the block lasts, its words in ``log``."""
    with log.open("ab") as words:
        process = subprocess.Popen(
            [*command],
            env=environment(settings),
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


@contextmanager
def serving(
    folder: Path, settings: Mapping[str, str], *, port: int = 0, later: str = ""
) -> Iterator[Server]:
    """Run a web server; ``later`` moves its clock on, as in ``31m``."""
    found = port or free_port()
    log = folder / f"web-{found}.log"
    moved = (clock_mover(), "-f", f"+{later}") if later else ()
    # A clock that is moved stands still for waiting threads unless told otherwise.
    more = {} if not later else {"web_threads": "4"}
    with running([*moved, *PROGRAM, "serve", "--port", str(found)], log, {**settings, **more}):
        server = Server("127.0.0.1", found, log)
        wait_until(f"{server.address} answers", lambda: answers(server), said=log.read_text)
        yield server


def clock_mover() -> str:
    """Return the program that lets another live at another time."""
    found = shutil.which("faketime")
    if found is None:
        pytest.skip("no faketime; install it with: apt-get install faketime")
    return found


def answers(server: Server) -> bool:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
