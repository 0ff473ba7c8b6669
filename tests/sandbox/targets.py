"""Functions that behave badly, for the confinement to hold. They run in the child."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.text import text

Progress = Callable[[int, int], None]


def shout(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Answer in capitals, printing beside it."""
    print("noise on standard output")  # noqa: T201 - that is the point
    for step in range(3):
        progress(step + 1, 3)
    return payload.upper()


def use_scratch(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Write, read back, rename and remove inside the scratch folder."""
    (scratch / "one").write_bytes(payload)
    (scratch / "one").rename(scratch / "two")
    answer = (scratch / "two").read_bytes()
    (scratch / "two").unlink()
    (scratch / "kept").write_bytes(answer)
    return answer


def describe(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Return the names in the environment."""
    return ",".join(sorted(os.environ)).encode()


def niceness(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Return how far this process stands back behind others."""
    return str(os.nice(0)).encode()


def interfaces(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Return the network interfaces that have an address or a route."""
    return Path("/proc/self/net/route").read_bytes()


def eat_memory(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Ask for a gigabyte."""
    return bytes(1024 * 1024 * 1024)


def spin(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Burn processor time for ever."""
    while True:
        pass


def wait_forever(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Hold still for ever."""
    progress(1, 2)
    threading.Event().wait()
    return b""


def write_much(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Write two megabytes into one file."""
    (scratch / "much").write_bytes(bytes(2 * 1024 * 1024))
    return b""


def answer_much(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Return two megabytes."""
    return bytes(2 * 1024 * 1024)


def chatter(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Report progress without end."""
    while True:
        progress(1, 1)


def refuse(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Raise a domain error."""
    raise UnreadableReport(text("%(name)s is not a report", name="lone \ud800 surrogate"))


def break_down(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Raise what nobody expects."""
    raise ZeroDivisionError("secret detail")


def die(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """End without a word."""
    os._exit(7)


def dig(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Recurse without end."""
    return dig(payload, scratch, progress)


def read_file(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Return the file that the payload names."""
    return Path(os.fsdecode(payload)).read_bytes()


def write_file(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Write the file that the payload names."""
    Path(os.fsdecode(payload)).write_bytes(b"written")
    return b""


def remove_file(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Remove the file that the payload names."""
    Path(os.fsdecode(payload)).unlink()
    return b""


def escape_by_link(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Read a file outside through a symbolic link made inside."""
    (scratch / "link").symlink_to(scratch / "target")
    (scratch / "link").rename(os.fsdecode(payload))
    return b""


def connect(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Open a connection to this machine."""
    socket.create_connection(("127.0.0.1", 9), timeout=1)
    return b""


def resolve(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Ask for an address."""
    socket.getaddrinfo("localhost", 80)
    return b""


def start_process(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Start another program."""
    return subprocess.check_output([sys.executable, "--version"])


def fork(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Split in two."""
    os.fork()
    return b""
