"""What the project's other lists say of the same matter: linked, never copied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import Select, Subquery, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.crosswalk import HUB, contradict
from checklist_app.domain.vocabulary import Language, Outcome, Relation
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    EvidenceLink,
    Requirement,
    RequirementLink,
    RequirementText,
    Standard,
)
from checklist_app.queries.access import ItemAccess
from checklist_app.queries.live_checklists import is_live
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An item of another checklist of the project.

    Attributes:
        relation: how the item that is looked at stands to this one.
        through: the requirement of ASVS that both are the same as; empty when linked directly.
        source: ``content``, or the node of OpenCRE that both hang on, such as ``cre:760-764``.
    """

    checklist_number: int
    checklist_name: str
    standard_name: str
    standard_version: str
    identifier: str
    title: str
    relation: Relation
    through: str
    source: str
    outcome: Outcome | None
    evidence_count: int

    def contradicts(self, here: Outcome | None) -> bool:
        """Whether the verdict there denies this one."""
        return contradict(here, self.relation, self.outcome)


def elsewhere(session: Session, opened: ItemAccess, language: Language) -> list[Elsewhere]:
    """Return what speaks to the same matter in the project's other lists, in one query.

    The closest relations come first; the newest checklist of each list is asked.
    """
    links = _links(opened.requirement.id)
    here = aliased(Standard)
    evidence = (
        select(func.count())
        .select_from(EvidenceLink)
        .where(EvidenceLink.item_id == ChecklistItem.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            links.c.relation,
            links.c.is_reversed,
            links.c.source,
            links.c.through,
            Checklist.number,
            Checklist.name,
            Standard.texts,
            Standard.version,
            Requirement.identifier,
            RequirementText.title,
            ChecklistItem.id,
            ChecklistItem.outcome,
            evidence,
        )
        .select_from(links)
        .join(Requirement, Requirement.id == links.c.other_id)
        .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Standard, Standard.id == Checklist.standard_id)
        .join(here, here.id == opened.checklist.standard_id)
        .join(RequirementText, worded(language))
        .where(
            is_live(opened.project.project.id),
            Checklist.id != opened.checklist.id,
            Standard.id != here.id,
            or_(links.c.through == "", and_(Standard.key != HUB, here.key != HUB)),
        )
        .order_by(links.c.through, Checklist.number, ChecklistItem.position)
    )
    found: dict[int, Elsewhere] = {}
    for row in rows:
        found.setdefault(row.id, _seen_from_here(row, language))
    order = list(Relation)
    return sorted(found.values(), key=lambda one: order.index(one.relation))


def _seen_from_here(row: Any, language: Language) -> Elsewhere:
    return Elsewhere(
        checklist_number=row.number,
        checklist_name=row.name,
        standard_name=row.texts[language.value]["name"],
        standard_version=row.version,
        identifier=row.identifier,
        title=row.title,
        relation=row.relation.inverse if row.is_reversed else row.relation,
        through=row.through,
        source=row.source,
        outcome=row.outcome,
        evidence_count=row[-1],
    )


def _links(requirement_id: int) -> Subquery:
    """Return the links of a requirement, both ways, and those through the hub."""
    return union_all(*_direct(requirement_id), *_through_hub(requirement_id)).subquery()


def _direct(requirement_id: int) -> Iterator[Select[*tuple[Any, ...]]]:
    sides = (RequirementLink.from_id, RequirementLink.to_id)
    for (near, far), is_reversed in ((sides, False), (sides[::-1], True)):
        found: Select[*tuple[Any, ...]] = select(
            far.label("other_id"),
            RequirementLink.relation.label("relation"),
            literal(is_reversed).label("is_reversed"),
            RequirementLink.source.label("source"),
            literal("").label("through"),
        ).where(near == requirement_id)
        yield found


def _through_hub(requirement_id: int) -> Iterator[Select[*tuple[Any, ...]]]:
    for first_reversed, second_reversed in product((False, True), repeat=2):
        first, second = aliased(RequirementLink), aliased(RequirementLink)
        hub, standard = aliased(Requirement), aliased(Standard)
        near, middle = _ends(first, is_reversed=first_reversed)
        again, far = _ends(second, is_reversed=second_reversed)
        yield (
            select(
                far.label("other_id"),
                second.relation.label("relation"),
                literal(False).label("is_reversed"),
                second.source.label("source"),
                hub.identifier.label("through"),
            )
            .select_from(first)
            .join(second, again == middle)
            .join(hub, hub.id == middle)
            .join(standard, standard.id == hub.standard_id)
            .where(
                near == requirement_id,
                far != requirement_id,
                first.relation == Relation.SAME,
                second.relation == Relation.SAME,
                standard.key == HUB,
            )
        )


def _ends(link: Any, *, is_reversed: bool) -> tuple[Any, Any]:
    return (link.to_id, link.from_id) if is_reversed else (link.from_id, link.to_id)
