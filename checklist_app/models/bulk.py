"""Many rows by one statement, without the work that SQLAlchemy otherwise does for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Dialect, Table, insert
from sqlalchemy.orm import Session

from checklist_app.models.base import Base


def insert_rows(
    session: Session, model: type[Base], columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, whose values are stored as the types of their columns want it.

    No object of the session knows of them, and no default is filled in but those of the database.

    Args:
        session: the transaction of the caller.
        model: the class of the table.
        columns: names of columns.
        rows: values in the order of ``columns``; none of them writes nothing.
    """
    if not rows:
        return
    connection = session.connection()
    table = cast(Table, model.__table__)
    statement, order, processors = _compiled(table, columns, connection.dialect)
    by_column = list(zip(*rows, strict=True))
    stored = [
        map(process, by_column[at]) if process else by_column[at]
        for at, process in zip(order, processors, strict=True)
    ]
    connection.exec_driver_sql(statement, list(zip(*stored, strict=True)))


@lru_cache(maxsize=20)
def _compiled(
    table: Table, columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[int, ...], tuple[Any, ...]]:
    """Return a statement, which column each of its values is, and what makes it storable."""
    # MariaDB's driver takes values by name or by position; rows have positions.
    made_by: Any = type(dialect)
    positional = dialect if dialect.positional else made_by(paramstyle="format")
    compiled = insert(table).inline().compile(dialect=positional, column_keys=list(columns))
    names = compiled.positiontup or []
    return (
        str(compiled),
        tuple(columns.index(name) for name in names),
        tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names),
    )
