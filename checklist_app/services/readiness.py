"""Whether requests and jobs can be served now: database, migrations, storage, worker.

All of it is asked by reading: a database that one import writes to serves everybody's pages.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from checklist_app.queries.jobs import worker_is_alive
from checklist_app.queries.shell import SILENCE
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


def check_readiness(resources: Resources) -> dict[str, bool]:
    """Return what is needed and whether it is there; says yes or no, never why."""
    database = _database_answers(resources)
    return {
        "database": database,
        "migrations": database and _is_migrated(resources),
        "storage": resources.store.is_writable(),
        "worker": database and _has_worker(resources),
    }


def _database_answers(resources: Resources) -> bool:
    try:
        with resources.reading_session() as session:
            session.execute(select(1))
    except SQLAlchemyError:
        return False
    return True


def _is_migrated(resources: Resources) -> bool:
    try:
        with resources.reading_session() as session:
            found = MigrationContext.configure(session.connection()).get_current_heads()
    except SQLAlchemyError:  # it has just answered, and is away all the same
        return False
    return set(found) == _wanted_heads()


@cache
def _wanted_heads() -> frozenset[str]:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return frozenset(ScriptDirectory.from_config(settings).get_heads())


def _has_worker(resources: Resources) -> bool:
    try:
        with resources.reading_session() as session:
            return worker_is_alive(session, now(), SILENCE)
    except SQLAlchemyError:
        return False
