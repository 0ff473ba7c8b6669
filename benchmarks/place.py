"""Where a benchmark works: a data folder and a database of its own, gone afterwards."""

from __future__ import annotations

import secrets
import tempfile
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url

from checklist_app.cli.paths import CONTENT
from checklist_app.cli.prepare import load_content, migrate
from checklist_app.config import Config
from checklist_app.services.resources import Resources


def add_options(parser: ArgumentParser, *, runs: int) -> None:
    """Add what every benchmark over a database understands."""
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="MariaDB server, such as mysql+pymysql://root@localhost/?unix_socket=/run/my.sock; "
        "a database is made there and dropped at the end. Default: SQLite in a temporary folder",
    )
    parser.add_argument(
        "--runs", type=int, default=runs, help="repetitions, of which the median counts"
    )


@contextmanager
def opened_place(server: str, *, is_empty: bool = False) -> Iterator[Resources]:
    """Yield a migrated system with the library as released, on SQLite or on ``server``.

    An empty one has tables and nothing in them.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, _database(server) as url:
        resources = Resources.open(
            Config(
                data_dir=Path(folder),
                database_url=url,
                secret_key=secrets.token_urlsafe(48),
                log_level="warning",
            )
        )
        try:
            migrate(resources)
            if not is_empty:
                load_content(resources, CONTENT)
            yield resources
        finally:
            resources.close()


def settings_for_child(config: Config) -> dict[str, str]:
    """Return the environment in which another process works on the same place."""
    return {
        "CHECKLIST_DATA_DIR": str(config.data_dir),
        "CHECKLIST_SECRET_KEY": config.secret_key,
        "CHECKLIST_LOG_LEVEL": config.log_level,
        **({"CHECKLIST_DATABASE_URL": config.database_url} if config.database_url else {}),
    }


@contextmanager
def _database(server: str) -> Iterator[str]:
    if not server:
        yield ""
        return
    name = f"benchmark_{uuid.uuid4().hex[:12]}"
    _on_server(server, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(server, f"DROP DATABASE {name}")


def _on_server(server: str, statement: str) -> None:
    engine = create_engine(make_url(server).set(database=None), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
