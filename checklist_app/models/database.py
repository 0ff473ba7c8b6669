"""How we talk to the database: one engine, SQLite made safe for several writers, MariaDB in UTC."""

from __future__ import annotations

import ssl
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from checklist_app.config import Config
from checklist_app.models.chain import keep_chain

BUSY_TIMEOUT_MS = 15_000
SHORT_TIMEOUT_MS = 50


def database_trust(config: Config) -> ssl.SSLContext | None:
    """Return what the database server has to prove itself by, or None where it need not.

    It is asked for TLS 1.2 or later, and for a certificate of an authority that we know, for the
    name by which we reach it; one that offers no TLS is not talked to.
    """
    if not config.verifies_database:
        return None
    context = ssl.create_default_context(cafile=config.database_ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def make_engine(url: str, trust: ssl.SSLContext | None = None) -> Engine:
    """Return the engine of a database address.

    SQLite gets write-ahead logging, enforced foreign keys and explicit transactions: writers take
    their lock at the beginning (``BEGIN IMMEDIATE``), so that two of them queue instead of failing
    half-way, and DDL rolls back. MariaDB reads committed rows and keeps its clock in UTC. Errors of
    either never quote the values of a statement: they end in the log, and the values are people's.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True, pool_size=16, max_overflow=32)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=16,
        max_overflow=32,
        connect_args={
            "charset": "utf8mb4",
            "init_command": "SET time_zone = '+00:00'",
            **_encryption(url, trust),
        },
    )


def _encryption(url: str, trust: ssl.SSLContext | None) -> dict[str, Any]:
    """Return what the driver is told of TLS; left alone, it reads all authorities each time."""
    if trust is not None:
        return {"ssl": trust}
    return {"ssl_disabled": True} if "unix_socket" in make_url(url).query else {}


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Return the maker of sessions: objects stay readable after their commit, events are sealed."""
    sessions = sessionmaker(engine, expire_on_commit=False)
    keep_chain(sessions)
    return sessions


def begin_reading(session: Session) -> None:
    """Open the session's transaction for reading, so that it never waits for a writer."""
    session.connection(execution_options={"sqlite_begin": "BEGIN DEFERRED"})


def begin_or_give_up(session: Session) -> None:
    """Open the session's transaction for writing, or raise at once where a writer holds SQLite."""
    session.connection(execution_options={"sqlite_patience_ms": SHORT_TIMEOUT_MS})


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    begin = options.get("sqlite_begin", "BEGIN IMMEDIATE")
    patience = options.get("sqlite_patience_ms")
    if patience is None:
        connection.exec_driver_sql(begin)
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(patience)}")
    try:
        connection.exec_driver_sql(begin)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
