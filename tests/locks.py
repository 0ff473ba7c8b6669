"""Whether a transaction holds a row, asked from beside it; only MariaDB has locks for rows."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from checklist_app.models import Base
from checklist_app.services.faults import is_lost_race
from checklist_app.services.resources import Resources
from tests.database import SERVER

on_mariadb = pytest.mark.skipif(not SERVER, reason="SQLite has one lock for all, not for rows")


def is_held(resources: Resources, row: Base) -> bool:
    """Return whether somebody else would have to wait for this row."""
    table = type(row).__table__
    wanted = select(table.c.id).where(table.c.id == row.id)  # type: ignore[attr-defined]
    with resources.sessions() as beside:
        try:
            beside.execute(wanted.with_for_update(nowait=True))
        except OperationalError as error:
            if not is_lost_race(error):
                raise
            return True
    return False
