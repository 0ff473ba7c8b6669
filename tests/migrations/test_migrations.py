"""Migrations make exactly the tables of the models, on SQLite and MariaDB, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.models import Base
from checklist_app.models.database import make_engine
from checklist_app.services.resources import Resources
from tests.cast import make_cast
from tests.conftest import SECRET
from tests.database import ROOT, alembic_config, empty_database, migrate_and_load
from tests.house.digest import database_digest
from tests.web.stage import set_stage

NEWER_TABLES = {
    "security_event",
    "alert",
    "alert_threshold",
    "event_seal",
    "event_head",
    "requirement_link",
    "lineage",
    "official_document",
    "official_text",
    "item_origin",
    "scan_scope",
    "finding_sighting",
    "route_correction",
    "general_correction",
    "code_generator",
    "recovery_code",
    "passkey",
    "pending_proof",
    "external_identity",
    "sign_in_policy",
    "token_family",
    "access_token",
    "refresh_token",
    "pipeline_token",
    "idempotency_key",
    "user_group",
    "group_person",
    "group_grant",
    "verdict_review",
    "triage_action",
    "project_gate",
    "webhook",
    "webhook_delivery",
    "triage_member",
}
"""Tables that the first revision did not know; their rows do not survive the way back to it."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of this test's own, without tables."""
    with empty_database(tmp_path) as url:
        made = make_engine(url)
        yield made
        made.dispose()


def upgrade(engine: Engine, revision: str = "head") -> None:
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), revision)


def back_and_forth(engine: Engine, revision: str) -> None:
    downgrade(engine, revision)
    upgrade(engine)


def row_counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def revisions() -> list[str]:
    settings = AlembicConfig(ROOT / "alembic.ini")
    return [part.revision for part in ScriptDirectory.from_config(settings).walk_revisions()][::-1]


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        command.check(alembic_config(connection))
    assert tables(engine) == set(Base.metadata.tables)


def test_up_and_down_and_up_again(engine: Engine) -> None:
    upgrade(engine)
    downgrade(engine, "base")
    assert tables(engine) == set()
    upgrade(engine)
    assert tables(engine) == set(Base.metadata.tables)


def test_there_is_one_way_from_first_to_last() -> None:
    assert revisions()[0] == "0001_first_tables"
    assert [name[:4] for name in revisions()] == [f"{n:04}" for n in range(1, len(revisions()) + 1)]


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_rows_survive_the_way_back_and_forth(engine: Engine, tmp_path: Path, revision: str) -> None:
    url = engine.url.render_as_string(hide_password=False)
    migrate_and_load(url)
    config = Config(data_dir=tmp_path, database_url=url, secret_key=SECRET)
    resources = Resources.open(config)
    with Session(engine) as session:
        set_stage(session, resources, make_cast(session))
        session.commit()
    resources.close()
    filled = row_counts(engine)
    back_and_forth(engine, revision)  # what only newer tables and columns held is gone after this
    before = database_digest(engine)
    back_and_forth(engine, revision)
    assert database_digest(engine) == before
    lost = {name for name, number in row_counts(engine).items() if number < filled[name]}
    assert lost <= NEWER_TABLES
    with engine.connect() as connection:
        command.check(alembic_config(connection))


def test_administrators_stay_administrators_and_nobody_becomes_one(engine: Engine) -> None:
    upgrade(engine, "0008_organisation_role")
    columns = "id, email, name, is_administrator, is_active, theme, created_at, organisation_role"
    quoted = engine.dialect.identifier_preparer.quote("user")
    with engine.begin() as connection:
        for number, flag in ((1, 1), (2, 0)):
            connection.exec_driver_sql(
                f"INSERT INTO {quoted} ({columns}) VALUES ({number}, '{number}@example.org', 'X', "
                f"{flag}, 1, 'auto', '2026-11-24 10:00:00', 'member')"
            )
    told = f"SELECT organisation_role FROM {quoted} ORDER BY id"
    for _ in range(2):
        upgrade(engine)
        with engine.connect() as connection:
            assert connection.exec_driver_sql(told).scalars().all() == ["administrator", "member"]
        downgrade(engine, "0008_organisation_role")
        with engine.connect() as connection:
            flags = connection.exec_driver_sql(
                told.replace("organisation_role", "is_administrator")
            )
            assert [bool(flag) for flag in flags.scalars()] == [True, False]


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    upgrade(engine)
    assert tables(engine) == set(Base.metadata.tables)
