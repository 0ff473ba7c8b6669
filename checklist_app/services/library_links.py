"""Which requirement of one list speaks to which of another, from what their files refer to."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Relation
from checklist_app.models import Requirement, RequirementLink, Standard

SOURCE = "content"
BATCH = 1000


def relink(session: Session) -> int:
    """Make the links between requirements anew from the references of the whole library.

    A reference to an edition that is not in the library waits until it is. Of two statements about
    one pair, the first one in the order of the library is kept.

    Returns:
        How many links there are now.
    """
    rows = session.execute(
        select(Requirement.id, Standard.key, Standard.version, Requirement.identifier).join(
            Standard, Standard.id == Requirement.standard_id
        )
    )
    known = {(key, version, identifier): id_ for id_, key, version, identifier in rows}
    wanted: dict[tuple[int, int], str] = {}
    for from_id, references in session.execute(
        select(Requirement.id, Requirement.references)
        .where(Requirement.is_leaf)
        .order_by(Requirement.standard_id, Requirement.position)
    ):
        for reference in references:
            to_id = known.get(
                (reference["standard"], reference["version"], reference["identifier"])
            )
            if to_id is None or to_id == from_id or (to_id, from_id) in wanted:
                continue
            wanted.setdefault((from_id, to_id), reference.get("relation", Relation.RELATED.value))
    session.execute(delete(RequirementLink).where(RequirementLink.source == SOURCE))
    links = [
        {"from_id": from_id, "to_id": to_id, "relation": Relation(relation), "source": SOURCE}
        for (from_id, to_id), relation in wanted.items()
    ]
    for start in range(0, len(links), BATCH):
        session.execute(insert(RequirementLink), links[start : start + BATCH])
    return len(links)
