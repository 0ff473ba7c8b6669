"""The chain of events: what was written is sealed in the order of its commits, in its own commit.

Each seal is the SHA-256 of the seal before it and of the sealed row. Whoever changes, removes,
adds or swaps a row afterwards breaks the chain at that place. The one row of the head is locked
last, just before the commit, so that writers wait for each other as shortly as can be.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import String, Table, UniqueConstraint, event, insert, select, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column, sessionmaker

from checklist_app.models.base import Base, Sha256
from checklist_app.models.event import Event
from checklist_app.models.security_event import SecurityEvent

START = "0" * 64
"""What stands before the first seal."""
ONLY_HEAD = 1
SEALED: Mapping[str, tuple[str, ...]] = {
    "event": (
        "id",
        "happened_at",
        "project_id",
        "actor_id",
        "name",
        "target",
        "details",
        "address",
        "request_id",
    ),
    "security_event": (
        "id",
        "happened_at",
        "kind",
        "user_id",
        "subject",
        "address",
        "place",
        "status",
        "count",
        "details",
        "request_id",
    ),
}
"""The columns of each log that a seal covers; one that comes later is not added here."""
LOGS: Mapping[str, Table] = {
    "event": cast(Table, Event.__table__),
    "security_event": cast(Table, SecurityEvent.__table__),
}
_NOTED = "rows to seal"


class EventSeal(Base):
    """The seal of one row of a log; ``position`` counts from one without gaps."""

    __tablename__ = "event_seal"
    __table_args__ = (UniqueConstraint("log", "row_id"),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    log: Mapped[str] = mapped_column(String(20))
    row_id: Mapped[int]
    sha256: Mapped[Sha256]


class EventHead(Base):
    """How long the chain is, and its last seal; there is one row."""

    __tablename__ = "event_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    sha256: Mapped[Sha256]


def seal_of(before: str, position: int, log: str, row: Mapping[str, Any]) -> str:
    """Return the seal of a row that stands at ``position``, after the seal ``before``."""
    body = [before, position, log, *(_plain(row[name]) for name in SEALED[log])]
    written = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def rows_of(session: Session, log: str, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return rows of a log as the database holds them, by key; what is missing is left out."""
    table = LOGS[log]
    columns = [table.c[name] for name in SEALED[log]]
    found = session.execute(select(*columns).where(table.c.id.in_(list(ids))))
    return {row[0]: dict(zip(SEALED[log], row, strict=True)) for row in found}


def seal_rows(session: Session, noted: Mapping[str, Iterable[int]]) -> None:
    """Append the seals of rows that this transaction added."""
    found = [
        (log, row_id, row)
        for log, ids in noted.items()
        for row_id, row in sorted(rows_of(session, log, ids).items())
    ]
    if not found:
        return
    head = _locked_head(session)
    size, before = head.size, head.sha256
    seals = []
    for log, row_id, row in found:
        size += 1
        before = seal_of(before, size, log, row)
        seals.append({"position": size, "log": log, "row_id": row_id, "sha256": before})
    session.execute(insert(EventSeal), seals)
    session.execute(
        update(EventHead).where(EventHead.id == ONLY_HEAD).values(size=size, sha256=before)
    )


def keep_chain(sessions: sessionmaker[Session]) -> None:
    """Let every session that comes from ``sessions`` seal what it adds to a log."""
    event.listen(sessions, "after_flush", _note)
    event.listen(sessions, "before_commit", _seal)
    event.listen(sessions, "after_soft_rollback", _forget)


def _locked_head(session: Session) -> Any:
    wanted = select(EventHead.size, EventHead.sha256).where(EventHead.id == ONLY_HEAD)
    head = session.execute(wanted.with_for_update()).first()
    if head is None:
        session.execute(insert(EventHead).values(id=ONLY_HEAD, size=0, sha256=START))
        head = session.execute(wanted.with_for_update()).one()
    return head


def _note(session: Session, _context: object) -> None:
    for row in session.new:
        if isinstance(row, Event | SecurityEvent):
            noted = session.info.setdefault(_NOTED, {})
            noted.setdefault(row.__tablename__, set()).add(row.id)


def _seal(session: Session) -> None:
    if session.in_nested_transaction():
        return  # the end of a savepoint: what counts is the commit
    session.flush()
    noted = session.info.pop(_NOTED, None)
    if noted:
        seal_rows(session, noted)


def _forget(session: Session, ended: SessionTransaction) -> None:
    # The end of a savepoint takes nothing of what was noted before it; rows that went with it are
    # missing when all is sealed, and are left out.
    if not ended.nested:
        session.info.pop(_NOTED, None)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value
