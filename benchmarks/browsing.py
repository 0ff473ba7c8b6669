"""Asking for pages: inside this process, and through the web server on loopback."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode

from flask import Flask

from benchmarks.figures import Stopwatch
from benchmarks.place import settings_for_child
from checklist_app.cli.door import Door
from checklist_app.cli.web_server import command
from checklist_app.domain.actor import Actor
from checklist_app.factory import create_app
from checklist_app.services.resources import Resources
from tests.web.visitor import Visitor

ROW_VERSION = re.compile(r'name="row_version" value="(\d+)"')
PATIENCE_SECONDS = 30.0
FRAGMENT = {"X-Requested-With": "fragment"}


@dataclass(frozen=True, slots=True)
class InProcess:
    """The app with a stopwatch before it, and a visitor who is signed in."""

    app: Flask
    watch: Stopwatch
    visitor: Visitor
    resources: Resources

    def ask(self, path: str, *, fragment: bool = False) -> str:
        """Return a page."""
        answer = self.visitor.client.get(path, headers=FRAGMENT if fragment else {})
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str, fields: Mapping[str, str], token: str) -> str:
        """Send a form as the page's script does; return what comes back."""
        headers = {**FRAGMENT, "X-CSRFToken": token}
        answer = self.visitor.client.post(path, data=fields, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text


class OnLoopback:
    """A connection to the web server that stays open, as a browser's does."""

    def __init__(self, connection: HTTPConnection, cookie: str) -> None:
        self._connection = connection
        self._cookie = cookie
        self.milliseconds: list[float] = []

    def ask(self, path: str, *, fragment: bool = False) -> str:
        """Return a page, and note how long it took from the first byte sent to the last read."""
        return self._exchange("GET", path, "", FRAGMENT if fragment else {})

    def send(self, path: str, fields: Mapping[str, str], token: str) -> str:
        """Send a form as the page's script does; return what comes back."""
        headers = {
            **FRAGMENT,
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._exchange("POST", path, urlencode(fields), headers)

    def _exchange(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> str:
        began = time.perf_counter()
        self._connection.request(
            method, path, body.encode() or None, {**headers, "Cookie": self._cookie}
        )
        answer = self._connection.getresponse()
        text = answer.read().decode()
        self.milliseconds.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, text
        return text


@contextmanager
def in_process(resources: Resources, actor: Actor) -> Iterator[InProcess]:
    """Yield the app in this process, with somebody signed in."""
    app = create_app(resources.config)
    watch = Stopwatch(app.wsgi_app)
    app.wsgi_app = watch  # type: ignore[method-assign]
    opened: Resources = app.extensions["checklist_resources"]
    try:
        yield InProcess(app, watch, Visitor(app, actor), opened)
    finally:
        opened.close()


@contextmanager
def on_loopback(resources: Resources, page: InProcess) -> Iterator[OnLoopback]:
    """Start the web server; yield a connection for the visitor of ``page``."""
    kept = page.visitor.client.get_cookie("checklist")
    assert kept is not None
    with (
        served(resources) as port,
        closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection,
    ):
        yield OnLoopback(connection, f"{kept.key}={kept.value}")


@contextmanager
def served(resources: Resources) -> Iterator[int]:
    """Start gunicorn as the product does; yield its port on loopback."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        command(resources.config, Door("127.0.0.1", port)),
        env={**clean_environment(), **settings_for_child(resources.config)},
    )
    try:
        _wait_for(server, port)
        yield port
    finally:
        server.terminate()
        server.wait()


def form_token(page: str) -> str:
    """Return the token of a page against forged forms."""
    match = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert match is not None
    return match[1]


def row_version(pane: str) -> str:
    """Return the version of the item that a pane shows."""
    match = ROW_VERSION.search(pane)
    assert match is not None
    return match[1]


def clean_environment() -> dict[str, str]:
    """Return the environment without settings of a system that is there already."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CHECKLIST_")}


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the web server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the web server does not answer")
