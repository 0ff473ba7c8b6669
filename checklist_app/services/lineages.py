"""The library learns what became of requirements between editions."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from checklist_app.catalog.lineage import Lineage as LineageFile
from checklist_app.models import Lineage


def load_lineages(session: Session, lineages: Iterable[LineageFile]) -> bool:
    """Bring the table in line with the files; return whether anything changed."""
    wanted = {
        (one.standard, one.before, one.after, step.before, step.after, step.change)
        for one in lineages
        for step in one.steps
    }
    columns = (
        Lineage.standard_key,
        Lineage.from_version,
        Lineage.to_version,
        Lineage.from_identifier,
        Lineage.to_identifier,
        Lineage.change,
    )
    if {tuple(row) for row in session.execute(select(*columns))} == wanted:
        return False
    session.execute(delete(Lineage))
    if wanted:
        names = [column.key for column in columns]
        rows = [dict(zip(names, row, strict=True)) for row in sorted(wanted)]
        session.execute(insert(Lineage), rows)
    return True
