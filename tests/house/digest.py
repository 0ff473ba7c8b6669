"""One number for everything a database holds, to see that nothing was written."""

from __future__ import annotations

import hashlib

from sqlalchemy import Engine

from checklist_app.models import Base

NOT_COUNTED = frozenset(
    {"requirement", "requirement_text", "requirement_link", "mapping", "worker_heartbeat"}
    | {"security_event", "alert", "event_seal", "event_head"}
)
"""Large tables of the library, whose standards are counted, the pulse of workers, and what doors
write down of whom they refuse."""
COUNTED_IN_PART = {
    "user_session": "SELECT id, user_id, token_sha256, expires_at, revoked_at FROM user_session",
    "pipeline_token": "SELECT id, project_id, user_id, name, token_sha256, scopes, expires_at, "
    "revoked_at FROM pipeline_token",
    "event": "SELECT * FROM event WHERE name NOT IN "
    "('account:session:refuse', 'account:factor:refuse', 'account:sso:refuse')",
}
"""When a session or a token was last seen follows the clock; a refused sign-in is written down on
purpose."""


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


class Watch:
    """Tells whether a database changed since it was last asked.

    SQLite counts what other connections commit, so that the rows need not be read again as long as
    nobody committed anything.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_counted = engine.dialect.name == "sqlite"
        self._connection = engine.raw_connection() if self._is_counted else None
        self._commits = self._count()
        self._digest = database_digest(engine)

    def has_changed(self) -> bool:
        """Return whether a row is other than when this was last asked."""
        commits = self._count()
        if self._is_counted and commits == self._commits:
            return False
        before, self._commits, self._digest = self._digest, commits, database_digest(self._engine)
        return self._digest != before

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()

    def _count(self) -> int:
        if self._connection is None:
            return 0
        cursor = self._connection.cursor()
        (commits,) = cursor.execute("PRAGMA data_version").fetchone()
        cursor.close()
        return int(commits)
