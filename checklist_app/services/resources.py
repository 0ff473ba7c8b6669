"""What a running system works with: settings, database, stored bytes. Made once per process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from checklist_app.blob_store import BlobStore, open_store
from checklist_app.config import Config
from checklist_app.models.database import (
    begin_or_give_up,
    begin_reading,
    database_trust,
    make_engine,
    make_sessions,
)

DatabaseSession = Session
"""What the floors above hold without knowing the database toolkit."""


@dataclass(frozen=True, slots=True)
class Resources:
    """The connections of one process; web, worker and command line each make their own."""

    config: Config
    engine: Engine
    sessions: sessionmaker[Session]
    store: BlobStore

    @classmethod
    def open(cls, config: Config) -> Self:
        """Connect to what ``config`` names; nothing is created or migrated."""
        engine = make_engine(config.sqlalchemy_url, database_trust(config))
        return cls(config, engine, make_sessions(engine), open_store(config))

    def reading_session(self) -> Session:
        """Return a session whose first transaction only reads, so that it waits for nobody."""
        session = self.sessions()
        self.read_on(session)
        return session

    def read_on(self, session: Session) -> None:
        """Undo what a session has not committed; what follows reads, and waits for nobody."""
        session.rollback()
        begin_reading(session)

    def hasty_session(self) -> Session:
        """Return a session that writes, or raise at once where another writer holds SQLite."""
        session = self.sessions()
        try:
            begin_or_give_up(session)
        except BaseException:
            session.close()
            raise
        return session

    def close(self) -> None:
        """Give the database connections back."""
        self.engine.dispose()
