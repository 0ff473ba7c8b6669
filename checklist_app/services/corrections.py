"""People correct where the findings of a rule lead in their project, and take it back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import ChecklistStatus
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Project,
    Requirement,
    RouteCorrection,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.rule_effects import take_effect

LONGEST_IDENTIFIER = 40


def correct_route(
    session: Session, access: ProjectAccess, finding_id: int, *, identifier: str, leads: bool
) -> Finding:
    """Say where the findings of this one's rule lead in the project, or where they do not.

    It holds for what the tool reports later, too, and counts for every open checklist that has a
    requirement of that name.

    Args:
        session: the transaction of the caller.
        access: a person who may correct routes in the project.
        finding_id: a finding of the rule.
        identifier: of the requirement, as it stands in a checklist.
        leads: whether they lead there.

    Raises:
        NotFound: the project has no such finding.
        InvalidInput: no open checklist has that requirement, or the tool names no rule.
    """
    access.require(Permission.ROUTE_CORRECT)
    _one_at_a_time(session, access)
    finding = _finding(session, access, finding_id)
    if not finding.rule_id:
        raise InvalidInput(text("The tool names no rule here; there is nothing to correct."))
    requirements = _requirements(session, access, identifier[:LONGEST_IDENTIFIER])
    if not requirements:
        raise InvalidInput(
            text(
                "No open checklist of the project has a requirement %(identifier)s. "
                "Choose one from the list.",
                identifier=identifier[:LONGEST_IDENTIFIER] or "–",
            ),
            field="requirement",
        )
    known = {
        correction.requirement_id: correction
        for correction in session.scalars(
            select(RouteCorrection).where(
                RouteCorrection.project_id == access.project.id,
                RouteCorrection.tool == finding.tool,
                RouteCorrection.rule_id == finding.rule_id,
                RouteCorrection.requirement_id.in_(requirements),
            )
        )
    }
    for requirement_id in requirements:
        correction = known.get(requirement_id)
        if correction is None:
            correction = RouteCorrection(
                project_id=access.project.id,
                tool=finding.tool,
                rule_id=finding.rule_id,
                requirement_id=requirement_id,
            )
            session.add(correction)
        correction.leads = leads
        correction.corrected_by_id = access.actor.user_id
        correction.corrected_at = now()
    session.flush()
    take_effect(session, access.project, (finding.tool, finding.rule_id))
    _write_down(session, access, "project:route:correct", finding, identifier, leads=leads)
    return finding


def undo_correction(
    session: Session, access: ProjectAccess, finding_id: int, correction_id: int
) -> Finding:
    """Let the findings of a rule lead where the library says again.

    Raises:
        NotFound: the project has no such finding, or its rule no such correction (any more).
    """
    access.require(Permission.ROUTE_CORRECT)
    _one_at_a_time(session, access)
    finding = _finding(session, access, finding_id)
    correction = session.scalar(
        select(RouteCorrection).where(
            RouteCorrection.id == correction_id,
            RouteCorrection.project_id == access.project.id,
            RouteCorrection.tool == finding.tool,
            RouteCorrection.rule_id == finding.rule_id,
        )
    )
    if correction is None:
        raise NotFound
    identifier, leads = correction.requirement.identifier, correction.leads
    session.delete(correction)
    session.flush()
    take_effect(session, access.project, (finding.tool, finding.rule_id))
    _write_down(session, access, "project:route:undo", finding, identifier, leads=leads)
    return finding


def _one_at_a_time(session: Session, access: ProjectAccess) -> None:
    session.execute(select(Project.id).where(Project.id == access.project.id).with_for_update())


def _finding(session: Session, access: ProjectAccess, finding_id: int) -> Finding:
    finding = session.scalar(
        select(Finding).where(Finding.id == finding_id, Finding.project_id == access.project.id)
    )
    if finding is None:
        raise NotFound
    return finding


def _requirements(session: Session, access: ProjectAccess, identifier: str) -> list[int]:
    return list(
        session.scalars(
            select(Requirement.id)
            .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
            .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
            .where(
                Checklist.project_id == access.project.id,
                Checklist.status == ChecklistStatus.OPEN,
                Requirement.identifier == identifier,
            )
            .distinct()
            .order_by(Requirement.id)
        )
    )


def _write_down(
    session: Session,
    access: ProjectAccess,
    event: str,
    finding: Finding,
    identifier: str,
    *,
    leads: bool,
) -> None:
    audit.record(
        session,
        access.actor,
        event,
        identifier,
        project_id=access.project.id,
        tool=finding.tool,
        rule=finding.rule_id,
        leads=leads,
    )
