"""The corrections of routes that hold for everybody, and who changed them when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import Language
from checklist_app.models import (
    Event,
    GeneralCorrection,
    Requirement,
    RequirementText,
    Standard,
    User,
)
from checklist_app.queries.wording import worded

CHANGES_SHOWN = 50
_EVENTS = ("library:route:correct", "library:route:undo")


@dataclass(frozen=True, slots=True)
class GeneralLine:
    """One correction in force; ``tool`` is its name as in rule keys."""

    id: int
    tool: str
    rule_id: str
    leads: bool
    identifier: str
    title: str
    standard: str
    version: str
    list_name: str
    corrected_by: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class RouteChange:
    """One change of these corrections, as the audit log has it."""

    at: datetime
    by: str
    is_undone: bool
    tool: str
    rule_id: str
    leads: bool
    requirement: str


def general_corrections(
    session: Session, actor: Actor, language: Language
) -> tuple[list[GeneralLine], list[RouteChange]]:
    """Return every correction in force, by tool and rule, and the newest changes; or Forbidden."""
    actor.require(Permission.ORGANISATION_VIEW)
    return _in_force(session, language), _newest_changes(session)


def _in_force(session: Session, language: Language) -> list[GeneralLine]:
    rows = session.execute(
        select(
            GeneralCorrection,
            Requirement.identifier,
            RequirementText.title,
            Standard.texts,
            Standard.key,
            Standard.version,
            User.name,
        )
        .join(Requirement, Requirement.id == GeneralCorrection.requirement_id)
        .join(RequirementText, worded(language))
        .join(Standard, Standard.id == Requirement.standard_id)
        .join(User, User.id == GeneralCorrection.corrected_by_id)
        .order_by(GeneralCorrection.tool, GeneralCorrection.rule_id, GeneralCorrection.id)
    )
    return [
        GeneralLine(
            id=correction.id,
            tool=correction.tool,
            rule_id=correction.rule_id,
            leads=correction.leads,
            identifier=identifier,
            title=title,
            standard=key,
            version=version,
            list_name=f"{texts[language.value]['name']} {version}",
            corrected_by=name,
            corrected_at=correction.corrected_at,
        )
        for correction, identifier, title, texts, key, version, name in rows
    ]


def _newest_changes(session: Session) -> list[RouteChange]:
    rows = session.execute(
        select(Event, User.name)
        .join(User, User.id == Event.actor_id)
        .where(Event.name.in_(_EVENTS))
        .order_by(Event.id.desc())
        .limit(CHANGES_SHOWN)
    )
    return [
        RouteChange(
            at=event.happened_at,
            by=name,
            is_undone=event.name == _EVENTS[1],
            tool=str(event.details.get("tool", "")),
            rule_id=str(event.details.get("rule", "")),
            leads=bool(event.details.get("leads")),
            requirement=event.target,
        )
        for event, name in rows
    ]
