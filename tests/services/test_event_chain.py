"""The chain of events: whatever is done to the record behind our back shows, and where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql  # noqa: TID251 - what an attacker types
from sqlalchemy.orm import Session

from checklist_app.models import EventHead, EventSeal
from checklist_app.models.chain import START
from checklist_app.queries.event_chain import Break, check_chain
from checklist_app.services import audit
from checklist_app.services.event_witness import check_events, watch_events, witness_file
from checklist_app.services.resources import Resources
from tests.cast import Cast

TRIGGERS = ("event", "event_seal", "security_event")


@pytest.fixture
def ten(resources: Resources, cast: Cast) -> int:
    """Ten events more than the library left, each committed by itself; gives the last key."""
    for number in range(10):
        with resources.sessions.begin() as session:
            audit.record(session, cast.alice, "project:edit", f"banca {number}", to="ñandú ✓")
    with resources.sessions() as session:
        return int(session.scalar(sql("SELECT MAX(id) FROM event")) or 0)


def tamper(resources: Resources, *statements: str) -> None:
    """Do what somebody with the schema in hand can do: the triggers come off first."""
    with resources.engine.begin() as connection:
        for table in TRIGGERS:
            for action in ("update", "delete"):
                connection.execute(sql(f"DROP TRIGGER IF EXISTS {table}_no_{action}"))
        for statement in statements:
            connection.execute(sql(statement))


@pytest.fixture(autouse=True)
def _triggers_back(resources: Resources) -> object:
    yield
    if resources.engine.dialect.name == "sqlite":
        return
    with resources.engine.begin() as connection:
        for table in TRIGGERS:
            for action in ("update", "delete"):
                connection.execute(
                    sql(
                        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{action} BEFORE {action} ON "
                        f"{table} FOR EACH ROW SIGNAL SQLSTATE '45000' "
                        f"SET MESSAGE_TEXT = '{table} is append-only'"
                    )
                )


def test_a_savepoint_that_is_undone_takes_no_seal_with_it(
    resources: Resources, ten: int, cast: Cast
) -> None:
    with resources.sessions.begin() as session:
        audit.record(session, cast.alice, "project:edit", "before")
        session.flush()
        undone = session.begin_nested()
        audit.record(session, cast.alice, "project:edit", "undone")
        session.flush()
        undone.rollback()
        audit.record(session, cast.alice, "project:edit", "after")
    with resources.sessions() as session:
        assert check_chain(session).broken is None
        assert session.scalar(sql("SELECT COUNT(*) FROM event_seal WHERE log = 'event'")) == ten + 2


def test_an_untouched_record_is_whole(resources: Resources, ten: int) -> None:
    with resources.sessions() as session:
        checked = check_chain(session)
        assert checked.is_whole
        assert checked.checked == checked.head.size == len(session.scalars(select(EventSeal)).all())
        assert checked.checked >= 10


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("UPDATE event SET target = 'other' WHERE id = {row}", Break.ROW_CHANGED),
        ("UPDATE event SET details = '{{}}' WHERE id = {row}", Break.ROW_CHANGED),
        ("UPDATE event SET actor_id = NULL WHERE id = {row}", Break.ROW_CHANGED),
        ("DELETE FROM event WHERE id = {row}", Break.ROW_MISSING),
    ],
)
def test_a_row_that_was_touched_is_named(
    resources: Resources, ten: int, harm: str, reason: Break
) -> None:
    tamper(resources, harm.format(row=ten - 4))
    with resources.sessions() as session:
        broken = check_chain(session).broken
    assert broken is not None
    assert (broken.reason, broken.log, broken.row_id) == (reason, "event", ten - 4)


def test_two_rows_that_changed_places_are_found(resources: Resources, ten: int) -> None:
    swap = (
        f"UPDATE event SET target = 'banca 5' WHERE id = {ten - 5}",
        f"UPDATE event SET target = 'banca 4' WHERE id = {ten - 4}",
    )
    tamper(resources, *swap)
    with resources.sessions() as session:
        broken = check_chain(session).broken
    assert broken is not None
    assert broken.row_id == ten - 5


def test_a_row_put_in_without_seal_is_named(resources: Resources, ten: int) -> None:
    tamper(
        resources,
        "INSERT INTO event (happened_at, name, target, details, address, request_id) "
        "VALUES ('2026-01-01 00:00:00.000000', 'project:edit', 'x', '{}', '', '')",
    )
    with resources.sessions() as session:
        broken = check_chain(session).broken
    assert broken is not None
    assert (broken.reason, broken.row_id) == (Break.ROW_UNSEALED, ten + 1)


def test_a_removed_seal_and_a_cut_off_end_are_found(resources: Resources, ten: int) -> None:
    with resources.sessions() as session:
        size = session.get_one(EventHead, 1).size
    tamper(resources, f"DELETE FROM event_seal WHERE position = {size}")
    with resources.sessions() as session:
        broken = check_chain(session).broken
    assert broken is not None
    assert (broken.reason, broken.position) == (Break.SEAL_MISSING, size)


def test_a_chain_made_anew_as_a_whole_does_not_match_its_witness(
    resources: Resources, ten: int
) -> None:
    with resources.sessions() as session:
        assert check_events(session, resources.config).is_whole
    tamper(resources, f"DELETE FROM event WHERE id > {ten - 3}", "DELETE FROM event_seal")
    with resources.engine.begin() as connection:
        connection.execute(sql(f"UPDATE event_head SET size = 0, sha256 = '{START}' WHERE id = 1"))
    _seal_again(resources)
    with resources.sessions() as session:
        assert check_chain(session).is_whole
        broken = check_events(session, resources.config).broken
        assert broken is not None
        assert broken.reason is Break.HISTORY_REWRITTEN
        assert check_events(session, resources.config, forget=True).is_whole
        assert check_events(session, resources.config).is_whole
    assert witness_file(resources.config).exists()


SPOILED = ("", "[]", '{"size": 3}', '{"size": 3, "sha256"', '{"size": 1e999}', "[" * 100_000, None)


@pytest.mark.parametrize("left", SPOILED)
def test_nothing_is_called_whole_while_the_witness_cannot_be_read(
    resources: Resources, ten: int, left: str | None
) -> None:
    """Whoever made the chain anew may have spoiled what tells of it."""
    witness_file(resources.config).parent.mkdir(parents=True, exist_ok=True)
    if left is None:
        witness_file(resources.config).mkdir()
    else:
        witness_file(resources.config).write_text(left)
    broken = watch_events(resources).broken
    assert broken is not None
    assert broken.reason is Break.WITNESS_DAMAGED
    with resources.sessions() as session:
        assert session.scalar(sql("SELECT rule FROM alert")) == "audit_break"
        if left is None:
            witness_file(resources.config).rmdir()
        assert check_events(session, resources.config, forget=True).is_whole
        assert check_events(session, resources.config).is_whole


def test_a_break_raises_an_alert_once(resources: Resources, ten: int) -> None:
    tamper(resources, f"UPDATE event SET name = 'x' WHERE id = {ten}")
    assert watch_events(resources).broken is not None
    watch_events(resources)
    with resources.sessions() as session:
        raised = session.execute(sql("SELECT rule, subject FROM alert")).all()
    assert raised == [("audit_break", f"event {ten}")]


def test_what_is_rolled_back_leaves_no_seal(resources: Resources, cast: Cast) -> None:
    with resources.sessions() as session:
        before = check_chain(session).head.size
        session.rollback()
        audit.record(session, cast.alice, "project:edit", "never")
        session.flush()
        session.rollback()
        with session.begin_nested() as savepoint:
            audit.record(session, cast.alice, "project:edit", "never either")
            session.flush()
            savepoint.rollback()
        with session.begin_nested():
            audit.record(session, cast.alice, "project:edit", "this one")
        session.commit()
        assert check_chain(session).head.size == before + 1
        assert check_chain(session).is_whole


def _seal_again(resources: Resources) -> None:
    from checklist_app.models.chain import LOGS, seal_rows  # noqa: PLC0415

    by_log: Callable[[Session, str], list[int]] = lambda session, log: list(  # noqa: E731
        session.scalars(select(LOGS[log].c.id))
    )
    with resources.sessions.begin() as session:
        seal_rows(session, {log: by_log(session, log) for log in LOGS})
