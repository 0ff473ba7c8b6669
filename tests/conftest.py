"""What every test can ask for: settings, a migrated database, the cast, a signed-in browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.services.resources import Resources
from tests.cast import Cast, make_cast
from tests.chromium import chromium
from tests.database import empty_database, migrate_and_load, prepared_copy
from tests.object_store import bucket, object_store

__all__ = ["bucket", "chromium", "object_store"]

SECRET = "a secret that is long enough for the tests 0123456789"


@pytest.fixture(scope="session")
def prepared_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with all tables and the test library, made once for each test process."""
    with empty_database(tmp_path_factory.mktemp("database")) as url:
        migrate_and_load(url)
        yield url


@pytest.fixture
def config(tmp_path: Path, prepared_database: str) -> Config:
    """Settings over a folder and a database of this test's own."""
    return Config(
        data_dir=tmp_path,
        database_url=prepared_copy(prepared_database, tmp_path),
        secret_key=SECRET,
        base_url="http://localhost",
        job_lease_seconds=2,
        requests_per_second=1_000_000,
        requests_per_minute=1_000_000,
        uploads_per_hour=1_000_000,
        scans_per_hour=1_000_000,
        exports_per_hour=1_000_000,
        reports_per_hour=1_000_000,
    )


@pytest.fixture
def resources(config: Config) -> Iterator[Resources]:
    """The connections of one process."""
    opened = Resources.open(config)
    yield opened
    opened.close()


@pytest.fixture
def session(resources: Resources) -> Iterator[Session]:
    """A session of the test's own; closed without commit."""
    with resources.sessions() as opened:
        yield opened


@pytest.fixture
def cast(session: Session) -> Cast:
    """Everybody, committed."""
    made = make_cast(session)
    session.commit()
    return made
