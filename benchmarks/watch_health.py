"""Ask the web server for its health ten times a second, from a process of its own."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

EVERY_SECONDS = 0.1
PATIENCE_SECONDS = 30.0
OK = 200


@dataclass(slots=True)
class Health:
    """How long each answer took, and how many did not come; filled when the watch is over."""

    milliseconds: list[float] = field(default_factory=list)
    failed: int = 0


@contextmanager
def watched(port: int) -> Iterator[Health]:
    """Watch a server on loopback while the block runs."""
    health = Health()
    watcher = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.watch_health", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield health
    finally:
        told, _ = watcher.communicate()  # closes its input, which is how it knows that it is over
    found = json.loads(told)
    health.milliseconds, health.failed = found["milliseconds"], found["failed"]


def main() -> None:
    """Ask until the input ends, then print what was measured as a line of JSON."""
    port = int(sys.argv[1])
    health = Health()
    while not select.select([sys.stdin], [], [], EVERY_SECONDS)[0]:
        began = time.perf_counter()
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            answer.read()
            connection.close()
            health.failed += answer.status != OK
        except (OSError, HTTPException):
            health.failed += 1
        health.milliseconds.append((time.perf_counter() - began) * 1000)
    print(json.dumps({"milliseconds": health.milliseconds, "failed": health.failed}))


if __name__ == "__main__":
    main()
