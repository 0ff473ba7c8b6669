"""Which requirement of one list speaks to which of another: what files refer to, shared nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from checklist_app.catalog.crosswalk import shared_nodes
from checklist_app.domain.vocabulary import Relation, StandardOrigin
from checklist_app.models import Requirement, RequirementLink, Standard

SOURCE = "content"
BATCH = 1000
_Name = tuple[str, str, str]
_Link = tuple[int, int, Relation, str]


def relink(session: Session) -> int:
    """Bring the links between requirements in line with the whole library.

    References of the content files come first, pairs on a shared node of OpenCRE fill in. A
    reference to an edition that is not in the library waits until it is; one of a custom list
    to a whole section stands for each requirement in it. Of several statements
    about one pair, one that says more than *related* is kept, else the first one in the order of
    the library. A second call writes nothing.

    Returns:
        How many links there are now.
    """
    rows = session.execute(
        select(Requirement.id, Standard.key, Standard.version, Requirement.identifier).join(
            Standard, Standard.id == Requirement.standard_id
        )
    )
    known: dict[_Name, int] = {(key, version, name): id_ for id_, key, version, name in rows}
    inside = _inside(session)
    wanted: dict[frozenset[int], _Link] = {}
    stated = sorted(
        _references(session, known, inside), key=lambda link: link[2] is Relation.RELATED
    )
    for link in (*stated, *_nodes(known)):
        wanted.setdefault(frozenset(link[:2]), link)
    present = {
        (link.from_id, link.to_id, link.relation, link.source): link.id
        for link in session.scalars(select(RequirementLink))
    }
    links = set(wanted.values())
    gone = [id_ for link, id_ in present.items() if link not in links]
    new = [
        {"from_id": from_id, "to_id": to_id, "relation": relation, "source": source}
        for from_id, to_id, relation, source in wanted.values()
        if (from_id, to_id, relation, source) not in present
    ]
    for start in range(0, len(gone), BATCH):
        batch = gone[start : start + BATCH]
        session.execute(delete(RequirementLink).where(RequirementLink.id.in_(batch)))
    for start in range(0, len(new), BATCH):
        session.execute(insert(RequirementLink), new[start : start + BATCH])
    return len(links)


def _inside(session: Session) -> dict[int, list[int]]:
    """Return the requirements of each section, in order."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(Requirement.parent_id, Requirement.id)
        .where(Requirement.is_leaf, Requirement.parent_id.is_not(None))
        .order_by(Requirement.position)
    )
    for section_id, id_ in rows:
        if section_id is not None:
            found[section_id].append(id_)
    return found


def _references(
    session: Session, known: dict[_Name, int], inside: dict[int, list[int]]
) -> Iterator[_Link]:
    for from_id, references, origin in session.execute(
        select(Requirement.id, Requirement.references, Standard.origin)
        .join(Standard, Standard.id == Requirement.standard_id)
        .where(Requirement.is_leaf)
        .order_by(Requirement.standard_id, Requirement.position)
    ):
        for reference in references:
            to_id = known.get(
                (reference["standard"], reference["version"], reference["identifier"])
            )
            if to_id is None or to_id == from_id:
                continue
            relation = Relation(reference.get("relation", Relation.RELATED.value))
            if origin is StandardOrigin.CUSTOM and to_id in inside:
                for one in inside[to_id]:
                    yield from_id, one, _to_a_part(relation), SOURCE
            else:
                yield from_id, to_id, relation, SOURCE


def _to_a_part(relation: Relation) -> Relation:
    """Return how what stands so to a section stands to one requirement of it."""
    if relation in (Relation.SAME, Relation.BROADER):
        return Relation.BROADER
    return Relation.RELATED


def _nodes(known: dict[_Name, int]) -> Iterator[_Link]:
    for node in shared_nodes():
        one, other = known.get(node.one), known.get(node.other)
        if one is not None and other is not None:
            yield one, other, Relation.RELATED, node.source
