"""The system, started as its users start it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from checklist_app.models import UserSession
from checklist_app.models.database import make_engine
from tests.chromium import CHROMIUM
from tests.ports import free_port

PICTURES = os.environ.get("CHECKLIST_TEST_PICTURES", "")
PASSWORD = "cuatro palabras sin sentido 7"


@dataclass(frozen=True)
class LiveSystem:
    """Web server and worker over a folder of their own; ``facts`` is what the start printed."""

    address: str
    facts: dict[str, Any]
    database: str

    @property
    def set_up_link(self) -> str:
        link: str = self.facts["set_up_link"]
        return link


@contextmanager
def started(
    folder: Path,
    database: str,
    *arguments: str,
    port: int = 0,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[LiveSystem]:
    """Start everything with one command, and stop it with Ctrl-C."""
    if not CHROMIUM:
        pytest.skip("no Chromium; install it with: apt-get install chromium")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("CHECKLIST_")
    }
    environment |= {
        "CHECKLIST_DATA_DIR": str(folder),
        "CHECKLIST_DATABASE_URL": database,
        "CHECKLIST_JOB_LEASE_SECONDS": "5",
        **settings,
    }
    command = [sys.executable, "-m", "checklist_app", "start", "--port", str(port or free_port())]
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*command, "--json", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            assert process.stdout is not None
            facts = json.loads(process.stdout.readline() or "{}")
            assert "address" in facts, log.read_text()
            yield LiveSystem(facts["address"], facts, database)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        assert process.returncode == 0, log.read_text()


def let_time_pass(live: LiveSystem) -> None:
    """Make every proof of identity an old one."""
    engine = make_engine(live.database)
    with Session(engine) as session:
        session.execute(update(UserSession).values(confirmed_at=None))
        session.commit()
    engine.dispose()


def picture(page: Page, name: str) -> None:
    """Keep a picture of the screen for the documentation, when somebody asked for them."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))
