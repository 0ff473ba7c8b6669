"""The web server as it is really run: its own process, in the clear or encrypted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from types import MappingProxyType

from tests.certificates import Authority
from tests.cli.test_start import free_port
from tests.conftest import SECRET

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
        return f"{'https' if self.authority else 'http'}://127.0.0.1:{self.port}"

    @property
    def told(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def client(self) -> HTTPConnection:
        if self.authority is None:
            return HTTPConnection("127.0.0.1", self.port, timeout=5)
        return HTTPSConnection("127.0.0.1", self.port, timeout=5, context=self.authority.trust())

    def connection(self, source: str = "127.0.0.1") -> socket.socket:
        """Return a connection, encrypted as it should be, on which nothing was said yet."""
        plain = socket.create_connection(("127.0.0.1", self.port), None, (source, 0))
        if self.authority is None:
            return plain
        return self.authority.trust().wrap_socket(plain, server_hostname="127.0.0.1")

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


@contextmanager
def web_server(
    folder: Path,
    database: str,
    authority: Authority | None = None,
    settings: Mapping[str, str] = NOTHING,
) -> Iterator[WebServer]:
    """Run ``checklist serve`` over a database until the block ends."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if "CHECKLIST_" not in name}
    running = WebServer(port, authority, folder / "log")
    environment |= {
        "CHECKLIST_DATA_DIR": str(folder),
        "CHECKLIST_DATABASE_URL": database,
        "CHECKLIST_SECRET_KEY": SECRET,
        "CHECKLIST_BASE_URL": running.address,
        **settings,
    }
    options = ["--port", str(port)]
    if authority is not None:
        options += ["--tls-cert", str(authority.certificate), "--tls-key", str(authority.key)]
    with running.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "checklist_app", "serve", *options], env=environment, stderr=log
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while running.asked() != 200:
                assert process.poll() is None, running.told
                assert time.monotonic() < deadline
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE)
