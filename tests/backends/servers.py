"""A database and a Redis of the test's own, which listen on a port of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.ports import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
START_MARIADB = """
. scripts/mariadb_for_tests.sh
find_mariadb || exit 3
start_mariadb >&2 || exit 1
echo "$mariadb_dir/socket"
cat >/dev/null
stop_mariadb
"""


def missing(what: str) -> None:
    """Skip where a program is not installed; in continuous integration that is a failure."""
    message = f"no {what}; install it with: apt-get install {what}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def mariadb(authority: Authority | None) -> Iterator[tuple[int, str]]:
    """Run MariaDB until the block ends; give its port and its socket."""
    port = free_port()
    options = [f"--port={port}", "--bind-address=127.0.0.1"]
    if authority is not None:
        options += [f"--ssl-cert={authority.certificate}", f"--ssl-key={authority.key}"]
    with subprocess.Popen(
        ["sh", "-c", START_MARIADB],
        cwd=ROOT,
        env={**os.environ, "mariadb_networking": " ".join(options)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        place = server.stdout.readline().strip()
        if not place:
            if server.wait() == 3:
                missing("mariadb-server")
            pytest.fail("MariaDB did not start")
        yield port, place
        server.stdin.close()


@contextmanager
def redis(
    folder: Path, authority: Authority | None = None, *, port: int = 0
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run Redis until the block ends; give its port and its process."""
    program = shutil.which("redis-server")
    if program is None:
        missing("redis-server")
    port = port or free_port()
    with running([str(program), *redis_options(folder, authority, port)], port) as server:
        yield port, server


def redis_options(folder: Path, authority: Authority | None, port: int) -> list[str]:
    options = ["--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    if authority is None:
        return [*options, "--port", str(port)]
    pair = ["--tls-cert-file", str(authority.certificate), "--tls-key-file", str(authority.key)]
    trust = ["--tls-ca-cert-file", str(authority.authority), "--tls-auth-clients", "no"]
    return [*options, "--port", "0", "--tls-port", str(port), *pair, *trust]


@contextmanager
def running(command: Sequence[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends, from when it listens."""
    with subprocess.Popen([*command], stdout=subprocess.DEVNULL) as process:
        try:
            wait_until("it listens", lambda: listens(port), of=process)
            yield process
        finally:
            process.kill()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
