"""The web server as it is really run: its own process, in the clear or encrypted."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.certificates import Authority
from tests.conftest import SECRET
from tests.ports import free_port
from tests.waiting import wait_until

PATIENCE = 60.0
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class WebServer:
    """A running web server; ``authority`` is None when it does not encrypt."""

    port: int
    authority: Authority | None
    log: Path

    @property
    def address(self) -> str:
        return address_of(self.port, self.authority)

    @property
    def told(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def client(self) -> HTTPConnection:
        if self.authority is None:
            return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        trust = self.authority.trust()
        return HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=trust)

    def connection(self, source: str = "127.0.0.1") -> socket.socket:
        """Return a connection, encrypted as it should be, on which nothing was said yet."""
        plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE, (source, 0))
        if self.authority is None:
            return plain
        return self.authority.trust().wrap_socket(plain, server_hostname="127.0.0.1")

    def is_up(self) -> bool:
        return self.asked() == 200

    def asked(self, path: str = "/healthz") -> int:
        """Return the status of an address; 0 when there is no answer."""
        connection = self.client()
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


@dataclass(frozen=True)
class Started:
    """``checklist start`` while it runs; ``facts`` is the line of JSON that it printed."""

    process: subprocess.Popen[str]
    facts: dict[str, Any]
    port: int
    environment: dict[str, str]
    log: Path

    def interrupted(self) -> int:
        """Press Ctrl+C; return how it ended."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def started(folder: Path, authority: Authority | None = None) -> Iterator[Started]:
    """Start everything on an empty machine, until the block ends; it has told its address."""
    port, log = free_port(), folder / "log"
    environment = {**unset(), "CHECKLIST_DATA_DIR": str(folder / "var"), "LANG": "en_GB.UTF-8"}
    options = ["--port", str(port), "--json", *pair_of(authority)]
    with (
        log.open("w") as words,
        subprocess.Popen(
            [sys.executable, "-m", "checklist_app", "start", *options],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            facts = json.loads(process.stdout.readline())
            assert facts["address"] == address_of(port, authority)
            assert facts["set_up_link"].startswith(f"{facts['address']}/set-password/")
            yield Started(process, facts, port, environment, log)
        finally:
            process.send_signal(signal.SIGINT)  # nothing happens to one that has ended


def address_of(port: int, authority: Authority | None) -> str:
    return f"{'https' if authority else 'http'}://127.0.0.1:{port}"


def pair_of(authority: Authority | None) -> list[str]:
    """Return the options that name a certificate and its key."""
    if authority is None:
        return []
    return ["--tls-cert", str(authority.certificate), "--tls-key", str(authority.key)]


def unset() -> dict[str, str]:
    """Return the environment without any setting of ours."""
    return {name: value for name, value in os.environ.items() if "CHECKLIST_" not in name}


@contextmanager
def web_server(
    folder: Path,
    database: str,
    authority: Authority | None = None,
    settings: Mapping[str, str] = NOTHING,
) -> Iterator[WebServer]:
    """Run ``checklist serve`` over a database until the block ends."""
    port = free_port()
    running = WebServer(port, authority, folder / "log")
    environment = {
        **unset(),
        "CHECKLIST_DATA_DIR": str(folder),
        "CHECKLIST_DATABASE_URL": database,
        "CHECKLIST_SECRET_KEY": SECRET,
        "CHECKLIST_BASE_URL": running.address,
        **settings,
    }
    options = ["--port", str(port), *pair_of(authority)]
    with running.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "checklist_app", "serve", *options], env=environment, stderr=log
        )
        try:
            wait_until("it answers", running.is_up, of=process, said=lambda: running.told)
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE)
