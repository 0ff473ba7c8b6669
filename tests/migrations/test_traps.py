"""What SQLite and MariaDB do differently, and what keeps it from hurting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from checklist_app.domain.vocabulary import Outcome
from checklist_app.models import Event, User, Verdict
from checklist_app.models.database import make_engine
from checklist_app.queries.access import ItemAccess
from checklist_app.services.resources import Resources
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.database import empty_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database without tables, opened as the app opens its own."""
    with empty_database(tmp_path) as url:
        made = make_engine(url)
        yield made
        made.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite file, whichever database the other tests use."""
    made = make_engine(f"sqlite:///{tmp_path / 'traps.sqlite3'}")
    yield made
    made.dispose()


def operations(connection: Connection) -> Operations:
    return Operations(MigrationContext.configure(connection))


def parent_and_child(connection: Connection) -> None:
    op = operations(connection)
    op.create_table(
        "parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer)
    )
    op.create_table(
        "child",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE", name="fk_child")
        ),
    )
    connection.exec_driver_sql("INSERT INTO parent (id, a) VALUES (1, 1)")
    connection.exec_driver_sql("INSERT INTO child (id, parent_id) VALUES (1, 1)")


@pytest.mark.parametrize(("guard", "left"), [(False, 0), (True, 1)])
def test_rebuilding_a_table_keeps_its_children_only_without_foreign_keys(
    sqlite: Engine, guard: bool, left: int
) -> None:
    with sqlite.connect() as connection:
        parent_and_child(connection)
        connection.commit()
        if guard:
            connection.connection.execute("PRAGMA foreign_keys = OFF")
        with operations(connection).batch_alter_table("parent", recreate="always") as batch:
            batch.add_column(sa.Column("b", sa.Integer))
        found = connection.exec_driver_sql("SELECT COUNT(*) FROM child").scalar()
        assert found == left
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_renamed_column_keeps_its_uniqueness_when_each_step_is_its_own_batch(
    engine: Engine,
) -> None:
    with engine.connect() as connection:
        op = operations(connection)
        op.create_table(
            "thing", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer)
        )
        with op.batch_alter_table("thing") as batch:
            batch.alter_column("a", new_column_name="b", existing_type=sa.Integer)
        with op.batch_alter_table("thing") as batch:
            batch.create_unique_constraint("uq_thing_b", ["b"])
        connection.exec_driver_sql("INSERT INTO thing (id, b) VALUES (1, 1)")
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql("INSERT INTO thing (id, b) VALUES (2, 1)")


def test_migrations_back_drop_tables_and_not_the_indexes_that_keys_lean_on() -> None:
    folder = Path(__file__).parents[2] / "migrations" / "versions"
    for path in folder.glob("*.py"):
        _, _, back = path.read_text(encoding="utf-8").partition("def downgrade")
        # An index that was added to a table goes alone; one of a table that goes, goes with it.
        assert "drop_index" not in back or "drop_table" not in back, path.name


def test_moments_come_back_to_the_microsecond_and_with_their_zone(
    session: Session, cast: Cast
) -> None:
    noon = datetime(2026, 5, 17, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    session.get_one(User, cast.bob.user_id).created_at = noon
    session.commit()
    session.expire_all()
    stored = session.get_one(User, cast.bob.user_id).created_at
    assert stored == noon
    assert stored.tzinfo is UTC


def test_a_moment_without_zone_is_refused(session: Session, cast: Cast) -> None:
    session.get_one(User, cast.bob.user_id).created_at = datetime(2026, 5, 17)  # noqa: DTZ001
    with pytest.raises(sa.exc.StatementError, match="without time zone"):
        session.commit()


def test_long_texts_and_every_character_fit(session: Session, cast: Cast) -> None:
    text = "ñ😀\u202e \x01" * 30_000
    cast.project.scope = text
    session.commit()
    session.expire_all()
    assert cast.project.scope == text


def test_names_are_compared_letter_by_letter(session: Session, cast: Cast) -> None:
    found = session.scalars(
        select(User.id).where(User.email.in_(["Alice@example.org", "alicé@example.org"]))
    )
    assert found.all() == []


def test_values_of_a_vocabulary_are_checked_before_they_are_stored(
    session: Session, cast: Cast
) -> None:
    cast.project.language = "klingon"  # type: ignore[assignment]
    with pytest.raises(sa.exc.StatementError):
        session.commit()


def test_sqlite_is_opened_for_several_writers(sqlite: Engine) -> None:
    expected = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 15_000}
    with sqlite.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
    assert found == expected


def test_tables_roll_back_on_sqlite(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        parent_and_child(connection)
        connection.rollback()
    assert sa.inspect(sqlite).get_table_names() == []


def test_the_database_keeps_its_clock_in_utc_and_reads_what_is_committed(engine: Engine) -> None:
    with engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT CURRENT_TIMESTAMP").scalar_one()
        level = connection.get_isolation_level()
    moment = datetime.fromisoformat(str(told)).replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
    assert level in ("READ COMMITTED", "SERIALIZABLE")


def test_twelve_writers_get_in_each_others_way_without_losing_anything(
    resources: Resources, cast: Cast
) -> None:
    faults: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for turn in range(5):
                with resources.sessions.begin() as session:
                    row = session.get_one(User, cast.bob.user_id, with_for_update=True)
                    row.name = f"{number} {turn}"
                    session.add(_event(number, turn))
        except BaseException as fault:
            faults.append(fault)

    threads = [Thread(target=write, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert _count(resources.sessions) == 60


@pytest.fixture
def opened(session: Session, cast: Cast) -> ItemAccess:
    """An item with a verdict, which left an event."""
    checklist = make_checklist(session, cast.access("alice"))
    found = item(session, cast.access("bob"), checklist, "IN-01")
    record_verdict(
        session, found, outcome=Outcome.FAIL, rationale="x", row_version=found.item.row_version
    )
    session.commit()
    return found


@pytest.mark.parametrize("table", [Verdict, Event])
@pytest.mark.parametrize("action", ["update", "delete"])
def test_what_was_said_and_done_cannot_be_rewritten(
    session: Session, opened: ItemAccess, table: Any, action: str
) -> None:
    before = session.query(table).count()
    statement = (
        sa.delete(table) if action == "delete" else sa.update(table).values(id=table.id + 1000)
    )
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(statement)
    session.rollback()
    assert session.query(table).count() == before > 0


def _event(number: int, turn: int) -> Event:
    return Event(
        happened_at=datetime.now(UTC),
        name="test:event:write",
        target=f"{number} {turn}",
        details={},
    )


def _count(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.query(Event).filter_by(name="test:event:write").count()
