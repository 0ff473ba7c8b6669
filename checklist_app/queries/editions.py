"""The editions that a checklist can move to in its next round."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Language
from checklist_app.models import Checklist, Lineage, Standard


@dataclass(frozen=True, slots=True)
class EditionChoice:
    """An edition that a checklist can move to."""

    id: int
    name: str
    version: str


def editions_after(
    session: Session, previous: Checklist, language: Language
) -> list[EditionChoice]:
    """Return the editions of the same list, newest first; the one in use is among them.

    Newest is the one that a lineage leads to from the one in use, then the later loaded.
    """
    current = session.get_one(Standard, previous.standard_id)
    onward = set(
        session.scalars(
            select(Lineage.to_version).where(
                Lineage.standard_key == current.key, Lineage.from_version == current.version
            )
        )
    )
    rows = session.scalars(select(Standard).where(Standard.key == current.key))
    order = {True: 0, False: 1}
    editions = sorted(
        rows,
        key=lambda row: (
            order[row.version in onward],
            order[row.id == current.id],
            -row.id,
        ),
    )
    return [
        EditionChoice(row.id, row.texts[language.value]["name"], row.version) for row in editions
    ]
