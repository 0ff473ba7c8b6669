"""What a checklist proposes to leave out, and what its project was last said to have."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import FEATURE_NAMES
from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import Language
from checklist_app.models import Checklist, ChecklistItem, Requirement, RequirementText
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class ProposedExclusion:
    """An item without a verdict whose requirement presupposes what the project lacks."""

    identifier: str
    title: str
    statement: str
    missing: tuple[Text, ...]


def proposed_exclusions(
    session: Session, checklist: Checklist, language: Language
) -> list[ProposedExclusion]:
    """Return the proposals that nobody has decided on, in the order of the standard."""
    rows = session.execute(
        select(
            Requirement.identifier,
            RequirementText.title,
            RequirementText.statement,
            ChecklistItem.missing_features,
        )
        .select_from(ChecklistItem)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(RequirementText, worded(language))
        .where(
            ChecklistItem.checklist_id == checklist.id,
            ChecklistItem.outcome.is_(None),
            ChecklistItem.missing_features.is_not(None),
        )
        .order_by(ChecklistItem.position)
    )
    return [
        ProposedExclusion(identifier, title, statement, missing_names(missing or []))
        for identifier, title, statement, missing in rows
    ]


def missing_names(missing: list[str]) -> tuple[Text, ...]:
    """Return how people call these features."""
    return tuple(FEATURE_NAMES[Feature(name)] for name in missing)


def last_profile(session: Session, access: ProjectAccess) -> frozenset[Feature]:
    """Return the features of the project's newest checklist that was tailored, or none."""
    features = session.scalar(
        select(Checklist.features)
        .where(Checklist.project_id == access.project.id, Checklist.features.is_not(None))
        .order_by(Checklist.number.desc())
        .limit(1)
    )
    return frozenset(Feature(name) for name in features or ())
