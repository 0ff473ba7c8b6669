"""One command runs everything and stops everything; real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

from checklist_app.cli.supervisor import Child, Supervisor
from tests.cli.conftest import Checklist
from tests.cli.web_server import started


def test_start_serves_and_ctrl_c_stops_everything(tmp_path: Path) -> None:
    with started(tmp_path) as running:
        connection = HTTPConnection("127.0.0.1", running.port)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
        assert running.interrupted() == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", running.port)) != 0
    lines = running.log.read_text().splitlines()
    assert all(json.loads(line)["level"] for line in lines)


def test_a_taken_port_is_told_before_anything_starts(checklist: Checklist) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = checklist("start", "--port", str(port))

    assert ran.code == 1
    assert "--port" in ran.err


def test_a_child_that_ends_again_and_again_stops_everything() -> None:
    healthy = Child("healthy", [sys.executable, "-c", "import signal; signal.pause()"])
    broken = Child("broken", [sys.executable, "-c", "raise SystemExit(3)"])
    supervisor = Supervisor([healthy, broken], dict(os.environ))
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    try:
        supervisor.start()
        failed = supervisor.watch()
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])

    assert failed is broken
    assert healthy.process is not None
    assert healthy.process.returncode == -signal.SIGTERM


def test_a_child_that_dies_later_is_started_again() -> None:
    child = Child("web", [sys.executable, "-c", "import signal; signal.pause()"])
    supervisor = Supervisor([child], dict(os.environ))
    supervisor._launch(child)
    try:
        first = child.process
        assert first is not None
        first.kill()
        first.wait()
        supervisor.look()
        assert child.process is not first
        assert child.process is not None
        assert child.process.poll() is None
    finally:
        supervisor.stop()


def test_children_do_not_outlive_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, sys; from checklist_app.cli.supervisor import Child, Supervisor; "
        "s = Supervisor([Child('c', [sys.executable, '-c', "
        "'import signal; print(1, flush=True); signal.pause()'])], dict(os.environ)); "
        "s.start(); s.watch()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"1\n"
        supervisor.kill()
        # The child holds the other end of this pipe: it reads as empty only once that is gone.
        assert supervisor.stdout.read() == b""
