"""Throw-away databases: migrated once for each test process, emptied before each test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, make_url

from checklist_app.models import Base
from checklist_app.models.database import make_engine, make_sessions
from checklist_app.services.standards import load_standard
from tests.library import standard

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("CHECKLIST_TEST_DATABASE_URL", "")
KEPT = frozenset({"standard", "requirement", "requirement_text", "mapping"})


def alembic_config(connection: Connection) -> AlembicConfig:
    config = AlembicConfig(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config


def migrate(url: str, revision: str = "head") -> None:
    engine = make_engine(url)
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)
    engine.dispose()


def migrate_and_load(url: str) -> None:
    migrate(url)
    _load(url)


def _load(url: str) -> None:
    engine = make_engine(url)
    with make_sessions(engine)() as session:
        load_standard(session, standard())
        session.commit()
    engine.dispose()


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Yield the address of a database without tables; it is gone afterwards."""
    if not SERVER:
        yield f"sqlite:///{folder / f'{uuid.uuid4().hex}.sqlite3'}"
        return
    name = f"test_{uuid.uuid4().hex[:16]}"
    _on_server(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(f"DROP DATABASE {name}")


def prepared_copy(prepared: str, folder: Path) -> str:
    """Return the address of a database that holds the test library and nothing else."""
    if SERVER:
        if not _empty(prepared):
            _load(prepared)
        return prepared
    target = folder / "checklist.sqlite3"
    shutil.copyfile(make_url(prepared).database or "", target)
    return f"sqlite:///{target}"


def _empty(url: str) -> bool:
    """Take all rows away, and let keys count from one again.

    Returns:
        Whether the test library was alone there, and was left.
    """
    engine = make_engine(url)
    with engine.connect() as connection:
        standards = connection.exec_driver_sql("SELECT COUNT(*) FROM standard").scalar_one()
        is_alone = standards == 1
        counted = connection.exec_driver_sql(
            "SELECT TABLE_NAME FROM information_schema.TABLES "
            "WHERE TABLE_SCHEMA = DATABASE() AND AUTO_INCREMENT > 1"
        )
        used = set(counted.scalars())
        names = [name for name in Base.metadata.tables if name not in KEPT or not is_alone]
        filled = connection.exec_driver_sql(
            " UNION ALL ".join(
                f"SELECT '{name}' FROM DUAL WHERE EXISTS (SELECT 1 FROM `{name}`)" for name in names
            )
        )
        used |= set(filled.scalars())
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")
        for name in used.intersection(names):
            connection.exec_driver_sql(f"TRUNCATE TABLE `{name}`")
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 1")
    engine.dispose()
    return bool(is_alone)


def _on_server(statement: str) -> None:
    address = make_url(SERVER).set(database=None).render_as_string(hide_password=False)
    engine = make_engine(address).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
