"""Whether the chain of events is whole, and if not, where it breaks first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import EventHead, EventSeal
from checklist_app.models.chain import LOGS, ONLY_HEAD, START, rows_of, seal_of

AT_ONCE = 1000


class Break(StrEnum):
    """What is wrong at the place where the chain breaks."""

    ROW_CHANGED = "row_changed"
    ROW_MISSING = "row_missing"
    ROW_UNSEALED = "row_unsealed"
    SEAL_MISSING = "seal_missing"
    HEAD_CHANGED = "head_changed"
    HISTORY_REWRITTEN = "history_rewritten"
    WITNESS_DAMAGED = "witness_damaged"


@dataclass(frozen=True, slots=True)
class Head:
    """A state of the chain: how many seals, and the last one."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BrokenAt:
    """The first place where the chain does not hold.

    Attributes:
        log: name of the table, where it is known.
        row_id: key of the row there, where it is known.
        position: in the chain, counted from one; 0 when the row has none.
    """

    reason: Break
    position: int = 0
    log: str = ""
    row_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """The judgement over the whole chain.

    Attributes:
        head: as it stands in the database.
        checked: seals that were recomputed and found right.
        broken: the first break; None when everything holds.
    """

    head: Head
    checked: int
    broken: BrokenAt | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found wrong."""
        return self.broken is None


def check_chain(session: Session, witness: Head | None = None) -> ChainCheck:
    """Recompute every seal from the rows, in a few statements for each thousand.

    Args:
        session: a transaction that reads.
        witness: a state of the chain that was kept outside of the database; what stands there
            must still lead to it, which finds even a chain that was made anew as a whole.
    """
    row = session.execute(
        select(EventHead.size, EventHead.sha256).where(EventHead.id == ONLY_HEAD)
    ).first()
    head = Head(row.size, row.sha256) if row else Head(0, START)
    before, position = START, 0
    for seals, rows in _pieces(session, head.size):
        for seal in seals:
            if seal.position != position + 1:
                return ChainCheck(head, position, BrokenAt(Break.SEAL_MISSING, position + 1))
            broken = _break_of(seal, before, rows[seal.log].get(seal.row_id))
            if broken is None and witness is not None and witness.size == seal.position:
                broken = _against(witness, seal)
            if broken is not None:
                return ChainCheck(head, position, broken)
            before, position = seal.sha256, seal.position
    return ChainCheck(head, position, _break_at_end(session, head, Head(position, before), witness))


def _pieces(
    session: Session, size: int
) -> Iterator[tuple[Sequence[Any], dict[str, dict[int, dict[str, Any]]]]]:
    """Yield the seals up to ``size`` by the thousand, each with the rows that they seal."""
    last = 0
    wanted = select(EventSeal.position, EventSeal.log, EventSeal.row_id, EventSeal.sha256)
    while True:
        seals = session.execute(
            wanted.where(EventSeal.position > last, EventSeal.position <= size)
            .order_by(EventSeal.position)
            .limit(AT_ONCE)
        ).all()
        if not seals:
            return
        last = seals[-1].position
        yield (
            seals,
            {
                log: rows_of(session, log, [seal.row_id for seal in seals if seal.log == log])
                for log in {seal.log for seal in seals}
                if log in LOGS
            },
        )


def _break_of(seal: Any, before: str, row: dict[str, Any] | None) -> BrokenAt | None:
    if row is None:
        return BrokenAt(Break.ROW_MISSING, seal.position, seal.log, seal.row_id)
    computed = seal_of(before, seal.position, seal.log, row)
    if computed != seal.sha256:
        return BrokenAt(Break.ROW_CHANGED, seal.position, seal.log, seal.row_id)
    return None


def _against(witness: Head, seal: Any) -> BrokenAt | None:
    if witness.sha256 == seal.sha256:
        return None
    return BrokenAt(Break.HISTORY_REWRITTEN, seal.position, seal.log, seal.row_id)


def _break_at_end(
    session: Session, head: Head, reached: Head, witness: Head | None
) -> BrokenAt | None:
    if reached.size < head.size:
        return BrokenAt(Break.SEAL_MISSING, reached.size + 1)
    if reached != head:
        return BrokenAt(Break.HEAD_CHANGED, head.size)
    if witness is not None and witness.size > head.size:
        return BrokenAt(Break.HISTORY_REWRITTEN, head.size + 1)
    for log, table in LOGS.items():
        sealed = select(EventSeal.row_id).where(
            EventSeal.log == log, EventSeal.row_id == table.c.id
        )
        row_id = session.scalar(
            select(table.c.id).where(~sealed.exists()).order_by(table.c.id).limit(1)
        )
        if row_id is not None:
            return BrokenAt(Break.ROW_UNSEALED, 0, log, row_id)
    return None
