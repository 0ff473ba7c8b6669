"""What people corrected about where a rule leads, and where it could lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.findings import tool_key
from checklist_app.domain.vocabulary import ChecklistStatus, Language
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    GeneralCorrection,
    Requirement,
    RequirementText,
    RouteCorrection,
    Standard,
    User,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One correction of the route of a rule, in words.

    ``for_everybody`` tells that an administrator made it for all projects.
    """

    id: int
    identifier: str
    list_name: str
    leads: bool
    corrected_by: str
    corrected_at: datetime
    for_everybody: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """A requirement that an open checklist of the project has."""

    identifier: str
    title: str


def corrections_of_rule(
    session: Session, access: ProjectAccess, finding_id: int, language: Language
) -> list[CorrectionLine]:
    """Return the corrections in force for the rule of a finding, the project's own first."""
    return [
        *_own_corrections(session, access, finding_id, language),
        *_general_corrections(session, access, finding_id, language),
    ]


def _own_corrections(
    session: Session, access: ProjectAccess, finding_id: int, language: Language
) -> list[CorrectionLine]:
    rows = session.execute(
        select(RouteCorrection, Requirement.identifier, Standard.texts, Standard.version, User.name)
        .join(
            Finding,
            (Finding.project_id == RouteCorrection.project_id)
            & (Finding.tool == RouteCorrection.tool)
            & (Finding.rule_id == RouteCorrection.rule_id),
        )
        .join(Requirement, Requirement.id == RouteCorrection.requirement_id)
        .join(Standard, Standard.id == Requirement.standard_id)
        .join(User, User.id == RouteCorrection.corrected_by_id)
        .where(RouteCorrection.project_id == access.project.id, Finding.id == finding_id)
        .order_by(RouteCorrection.id)
    )
    return [
        CorrectionLine(
            id=correction.id,
            identifier=identifier,
            list_name=f"{texts[language.value]['name']} {version}",
            leads=correction.leads,
            corrected_by=name,
            corrected_at=correction.corrected_at,
        )
        for correction, identifier, texts, version, name in rows
    ]


def _general_corrections(
    session: Session, access: ProjectAccess, finding_id: int, language: Language
) -> list[CorrectionLine]:
    rule = session.execute(
        select(Finding.tool, Finding.rule_id).where(
            Finding.project_id == access.project.id, Finding.id == finding_id
        )
    ).one_or_none()
    if rule is None:
        return []
    rows = session.execute(
        select(
            GeneralCorrection, Requirement.identifier, Standard.texts, Standard.version, User.name
        )
        .join(Requirement, Requirement.id == GeneralCorrection.requirement_id)
        .join(Standard, Standard.id == Requirement.standard_id)
        .join(User, User.id == GeneralCorrection.corrected_by_id)
        .where(
            GeneralCorrection.tool == tool_key(rule.tool),
            GeneralCorrection.rule_id == rule.rule_id,
        )
        .order_by(GeneralCorrection.id)
    )
    return [
        CorrectionLine(
            id=correction.id,
            identifier=identifier,
            list_name=f"{texts[language.value]['name']} {version}",
            leads=correction.leads,
            corrected_by=name,
            corrected_at=correction.corrected_at,
            for_everybody=True,
        )
        for correction, identifier, texts, version, name in rows
    ]


def destinations(session: Session, access: ProjectAccess, language: Language) -> list[Destination]:
    """Return every requirement that the open checklists of the project have, each name once."""
    rows = session.execute(
        select(Requirement.identifier, RequirementText.title)
        .join(RequirementText, worded(language))
        .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(
            Checklist.project_id == access.project.id,
            Checklist.status == ChecklistStatus.OPEN,
        )
        .order_by(Checklist.number, ChecklistItem.position)
    )
    titles: dict[str, str] = {}
    for identifier, title in rows:
        titles.setdefault(identifier, title)
    return [Destination(identifier, title) for identifier, title in titles.items()]
