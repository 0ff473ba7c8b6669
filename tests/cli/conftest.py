"""Runs the command line as people and programs do, in this process."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from checklist_app.cli.program import run
from checklist_app.cli.running import load_config, opened
from checklist_app.config import Config
from checklist_app.services.links import link_owner
from tests.certificates import make_authority
from tests.cli.web_server import WebServer, web_server
from tests.database import prepared_copy


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, Any]:
        """The one line of JSON."""
        (line,) = self.out.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The one line of JSON, where it is a list of objects."""
        (line,) = self.out.splitlines()
        found: list[dict[str, Any]] = json.loads(line)
        return found


Checklist = Callable[..., Ran]


@pytest.fixture
def checklist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Checklist]:
    """A ``checklist`` command on an empty machine, in English."""
    for name in [name for name in os.environ if name.startswith(("CHECKLIST_", "LC_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CHECKLIST_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    root = logging.getLogger()
    before, level, mask = root.handlers[:], root.level, os.umask(0o022)

    def call(*arguments: str | Path) -> Ran:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        return Ran(code, *capfd.readouterr())

    yield call
    root.handlers[:], _ = before, os.umask(mask)
    root.setLevel(level)


def owner_of_link(link: str) -> str:
    """Return whose password a link sets that a command has shown; it has to be good still."""
    with opened(load_config(quiet=True)) as resources, resources.sessions() as session:
        return link_owner(session, link.rpartition("/")[2]).email


@pytest.fixture
def on_database(config: Config, checklist: Checklist, monkeypatch: pytest.MonkeyPatch) -> Checklist:
    """The command on the prepared database, SQLite or MariaDB."""
    monkeypatch.setenv("CHECKLIST_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CHECKLIST_DATABASE_URL", config.sqlalchemy_url)
    monkeypatch.setenv("CHECKLIST_SECRET_KEY", config.secret_key)
    return checklist


@pytest.fixture(scope="module", params=["http", "https"])
def server(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    prepared_database: str,
) -> Iterator[WebServer]:
    """The web server as it is really run, with its eight threads, in the clear and encrypted."""
    folder = tmp_path_factory.mktemp("server")
    authority = make_authority(folder) if request.param == "https" else None
    with web_server(folder, prepared_copy(prepared_database, folder), authority) as running:
        yield running
