"""How Alembic reaches the database, on SQLite and on MariaDB.

SQLite rebuilds a table to change it; with foreign keys enforced, that rebuild would fire the
cascades of its children. So they are switched off before the transaction begins and checked after
it ends. MariaDB does not roll DDL back, so parallel upgrades queue behind a named lock.
"""

from __future__ import annotations

import os
from typing import Any

from alembic import context
from sqlalchemy import Connection

from checklist_app.config import Config
from checklist_app.models import Base
from checklist_app.models.base import UtcDateTime
from checklist_app.models.database import database_trust, make_engine

MIGRATION_LOCK = "checklist_migration"
LOCK_SECONDS = 300


def _render(kind: str, value: Any, _context: Any) -> str | bool:
    if kind == "type" and isinstance(value, UtcDateTime):
        return "base.UtcDateTime()"
    return False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_render,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _migrate_sqlite(connection: Connection) -> None:
    connection.connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]
    _migrate(connection)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    connection.rollback()
    connection.connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[attr-defined]
    if broken:
        raise RuntimeError(f"rows without their parent after the migration: {broken[:5]}")


def _migrate_mariadb(connection: Connection) -> None:
    got = connection.exec_driver_sql(
        "SELECT GET_LOCK(%s, %s)", (MIGRATION_LOCK, LOCK_SECONDS)
    ).scalar()
    if got != 1:
        raise RuntimeError("another process has been migrating for five minutes")
    connection.commit()
    try:
        _migrate(connection)
    finally:
        connection.exec_driver_sql("SELECT RELEASE_LOCK(%s)", (MIGRATION_LOCK,))
        connection.commit()


def run() -> None:
    """Migrate the connection that was handed in, or the configured database."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run_on(connection)
        return
    config = Config.from_env(os.environ)
    engine = make_engine(config.sqlalchemy_url, database_trust(config))
    with engine.connect() as opened:
        _run_on(opened)
    engine.dispose()


def _run_on(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        _migrate_sqlite(connection)
    else:
        _migrate_mariadb(connection)


run()
