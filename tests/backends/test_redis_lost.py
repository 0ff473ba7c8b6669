"""Redis counts for all processes; when it goes away each counts alone, and doors stay open."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import select

from checklist_app.domain.alerts import SecurityKind
from checklist_app.models import SecurityEvent
from checklist_app.models.database import make_engine, make_sessions
from tests.backends.servers import redis
from tests.cli.web_server import WebServer, web_server
from tests.database import prepared_copy

PROCESSES = 2
ATTEMPTS = 10
"""What one account may fail from one address in a quarter of an hour."""
PATIENCE = 90.0


class Premises:
    """Two web processes, a Redis beside them, and the database where they note what happened."""

    def __init__(self, server: WebServer, port: int, folder: Path, database: str) -> None:
        self.server, self.port, self.folder, self.database = server, port, folder, database

    def guess(self, email: str) -> int:
        """Try a wrong password; return the status."""
        body = json.dumps({"email": email, "password": "not this one"})
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        connection.request("POST", "/api/v1/token", body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
        connection.close()
        return status

    def losses(self) -> int:
        """Return how many processes noted that Redis was lost."""
        engine = make_engine(self.database)
        with make_sessions(engine)() as session:
            found = session.scalars(
                select(SecurityEvent).where(SecurityEvent.kind == SecurityKind.REDIS_LOST)
            ).all()
            assert all(one.user_id is None and not one.address for one in found)
        engine.dispose()
        return sum(one.count for one in found)


@pytest.fixture
def premises(tmp_path: Path, prepared_database: str) -> Iterator[tuple[Premises, ExitStack, int]]:
    database = prepared_copy(prepared_database, tmp_path)
    with ExitStack() as of_redis:
        port, process = of_redis.enter_context(redis(tmp_path))
        settings = {
            "CHECKLIST_REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "CHECKLIST_WEB_PROCESSES": str(PROCESSES),
        }
        with web_server(tmp_path, database, None, settings) as server:
            yield Premises(server, port, tmp_path, database), of_redis, process.pid


def test_what_happens_when_redis_is_lost(
    premises: tuple[Premises, ExitStack, int], tmp_path: Path
) -> None:
    here, of_redis, _ = premises
    found = [here.guess("first@example.org") for _ in range(ATTEMPTS + 1)]
    assert found == [401] * ATTEMPTS + [429], "all processes count together"

    of_redis.close()  # Redis is killed
    began = time.monotonic()
    assert here.guess("second@example.org") == 401, "nobody is locked out"
    assert time.monotonic() - began < 5
    found = [here.guess("second@example.org") for _ in range(PROCESSES * ATTEMPTS)]
    assert 429 in found, "each process still counts"
    assert 1 <= here.losses() <= PROCESSES
    assert "Redis does not answer" in here.server.told

    with redis(tmp_path, port=here.port):
        deadline = time.monotonic() + PATIENCE
        while "Redis answers again" not in here.server.told:
            here.server.asked("/verify")
            assert time.monotonic() < deadline


def test_nothing_that_is_typed_makes_redis_look_lost(
    premises: tuple[Premises, ExitStack, int],
) -> None:
    here, _, _ = premises
    found = [here.guess("fourth@example.org") for _ in range(ATTEMPTS)]
    for typed in ("\ud800", "\udfff@example.org", "\x00", "a\r\nb", "far too long " * 1000):
        assert here.guess(typed) in {400, 401, 413, 422}
    assert here.guess("fourth@example.org") == 429, "still counted together"
    assert found == [401] * ATTEMPTS
    assert here.losses() == 0
    assert "Redis does not answer" not in here.server.told


def test_a_redis_that_hangs_holds_nobody_up(premises: tuple[Premises, ExitStack, int]) -> None:
    here, _, process = premises
    assert here.guess("third@example.org") == 401
    os.kill(process, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert here.guess("third@example.org") == 401
        assert time.monotonic() - began < 5
    finally:
        os.kill(process, signal.SIGCONT)
