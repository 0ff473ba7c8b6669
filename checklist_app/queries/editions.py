"""The editions that a checklist can move to in its next round."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.standards import version_order
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
    """Return the editions of the same list; the first is what a next round moves to by itself.

    That is the one a published lineage leads to from the one in use, else the newest that is newer
    than it, else the one in use itself; older editions come last.
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
    age = version_order(current.version)
    newest_first = sorted(rows, key=lambda row: version_order(row.version), reverse=True)
    editions = sorted(
        newest_first,
        key=lambda row: (
            row.version not in onward,
            version_order(row.version) <= age,
            row.id != current.id,
        ),
    )
    return [
        EditionChoice(row.id, row.texts[language.value]["name"], row.version) for row in editions
    ]
