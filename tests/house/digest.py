"""One number for everything a database holds, to see that nothing was written."""

from __future__ import annotations

import hashlib

from sqlalchemy import Engine

from checklist_app.models import Base

NOT_COUNTED = frozenset(
    {"requirement", "requirement_text", "requirement_link", "mapping", "worker_heartbeat"}
)
"""Large tables of the library, whose standards are counted, and the pulse of workers."""
COUNTED_IN_PART = {
    "user_session": "SELECT id, user_id, token_sha256, expires_at, revoked_at FROM user_session",
    "event": "SELECT * FROM event WHERE name NOT LIKE 'account:%:refuse'",
}
"""When a session was last seen follows the clock; a refused sign-in is written down on purpose."""


def database_digest(engine: Engine) -> str:
    """Return a digest of every row, whatever the order in which they are told."""
    quote = engine.dialect.identifier_preparer.quote
    counted = sorted(set(Base.metadata.tables) - NOT_COUNTED - set(COUNTED_IN_PART))
    names = ", ".join(map(quote, counted))
    whole = [f"SELECT * FROM {quote(name)}" for name in counted]
    if engine.dialect.name != "sqlite":
        whole = [f"CHECKSUM TABLE {names}"]
    found = hashlib.sha256()
    with engine.execution_options(sqlite_begin="BEGIN DEFERRED").connect() as connection:
        for query in (*whole, *COUNTED_IN_PART.values()):
            lines = sorted(map(repr, connection.exec_driver_sql(query).all()))
            found.update(f"{query}: {lines}\n".encode())
    return found.hexdigest()
