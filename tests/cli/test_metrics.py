"""Prometheus asks on a port of its own, and hears of no person."""

from __future__ import annotations

import re
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Checklist
from tests.cli.web_server import WebServer, web_server
from tests.database import prepared_copy
from tests.ports import free_port

PERSON = "eva.moreno"


@dataclass(frozen=True)
class Watched:
    """Two web processes, and the port on which their figures are told."""

    server: WebServer
    port: int

    def figures(self) -> dict[str, float]:
        """Return every figure, by its name with labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as told:
            lines = told.read().decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, prepared_database: str) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    port = free_port()
    settings = {
        "CHECKLIST_METRICS_LISTEN": f"127.0.0.1:{port}",
        "CHECKLIST_WEB_PROCESSES": "2",
        "TMPDIR": str(folder),
    }
    with web_server(folder, prepared_copy(prepared_database, folder), None, settings) as server:
        while "metrics are served" not in server.told:
            assert server.asked() == 200
        yield Watched(server, port)


def test_requests_of_every_process_are_counted(watched: Watched) -> None:
    name = 'checklist_http_requests_total{method="GET",route="health.healthz",status="200"}'
    before = watched.figures().get(name, 0)
    for _ in range(20):
        assert watched.server.asked() == 200
    figures = watched.figures()
    assert figures[name] == before + 20
    assert figures['checklist_http_request_seconds_count{route="health.healthz"}'] == figures[name]


def test_what_is_refused_is_counted(watched: Watched) -> None:
    watched.server.asked("/projects")
    watched.server.asked("/no-such-page")
    figures = watched.figures()
    assert figures['checklist_http_requests_total{method="GET",route="nowhere",status="404"}'] >= 1
    connection = watched.server.client()
    connection.request("GET", "/api/v1/projects", headers={"Authorization": "Bearer nothing"})
    assert connection.getresponse().status == 401
    connection.close()
    assert watched.figures()['checklist_security_events_total{kind="denied"}'] >= 1


def test_the_state_of_the_system_is_told(watched: Watched) -> None:
    figures = watched.figures()
    assert figures["checklist_database_up"] == 1
    assert figures["checklist_workers"] == 0
    assert figures["checklist_job_oldest_due_seconds"] == 0
    assert any(name.startswith("checklist_build_info{") for name in figures)


def test_no_label_holds_what_a_visitor_wrote(watched: Watched) -> None:
    connection = watched.server.client()
    for method, path in (
        ("GET", f"/projects/{PERSON}"),
        ("GET", f"/{PERSON}?{PERSON}={PERSON}"),
        ("GET", f"/set-password/{PERSON}"),
        ("POST", f"/api/v1/projects/{PERSON}"),
        (PERSON.upper().replace(".", "-"), "/"),
    ):
        connection.request(method, path, headers={"User-Agent": PERSON, "X-Request-Id": PERSON})
        connection.getresponse().read()
    connection.close()
    told = "\n".join(watched.figures())
    assert PERSON not in told.lower().replace("-", ".")
    labels = set(re.findall(r'(\w+)="', told))
    assert labels <= {"method", "route", "status", "kind", "le", "state", "rule"} | {
        "version",
        "python",
    }


def test_people_do_not_find_it_on_their_port(watched: Watched) -> None:
    assert watched.server.asked("/metrics") == 404


@pytest.mark.parametrize("command", ["start", "serve"])
def test_the_port_of_people_is_refused(
    checklist: Checklist, monkeypatch: pytest.MonkeyPatch, command: str, tmp_path: Path
) -> None:
    port = free_port()
    monkeypatch.setenv("CHECKLIST_METRICS_LISTEN", f"127.0.0.1:{port}")
    ran = checklist(command, "--port", str(port))
    assert ran.code == 1
    assert "CHECKLIST_METRICS_LISTEN" in ran.err
    assert not (tmp_path / "var").exists()


def test_a_taken_port_is_told(checklist: Checklist, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("CHECKLIST_METRICS_LISTEN", f"127.0.0.1:{taken.getsockname()[1]}")
        ran = checklist("start", "--port", str(free_port()))
    assert ran.code == 1
    assert "CHECKLIST_METRICS_LISTEN" in ran.err
