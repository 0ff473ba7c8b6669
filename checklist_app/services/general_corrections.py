"""An administrator corrects where the findings of a rule lead everywhere, and takes it back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.findings import tool_key
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import FindingStatus, JobKind, JobState
from checklist_app.models import Finding, GeneralCorrection, Job, Project, Requirement, Standard
from checklist_app.services import audit, jobs
from checklist_app.services.clock import now
from checklist_app.services.rule_effects import take_effect

LONGEST_TOOL = 120
LONGEST_RULE = 255
MOST_AT_ONCE = 2_000
"""Up to how many open findings the projects concerned may have for all to follow at once."""


@dataclass(frozen=True, slots=True)
class GeneralRoute:
    """Where the findings of a rule are to lead in every project, or are not to.

    Attributes:
        tool: its name in any spelling.
        rule_id: its name for the rule, letter by letter.
        standard_id: key of the edition.
        identifier: of the requirement in that edition.
        leads: whether they lead there.
    """

    tool: str
    rule_id: str
    standard_id: int
    identifier: str
    leads: bool


def correct_for_everybody(session: Session, actor: Actor, route: GeneralRoute) -> int:
    """Say where the findings of a rule lead in every project that does not say otherwise itself.

    It holds for what is reported later, too, and survives every reload of the library. Suggestions
    of open checklists follow at once, or in one job for each project when that is a lot of work.

    Returns:
        For how many projects a job was queued.

    Raises:
        Forbidden: the actor may not manage the library.
        InvalidInput: no tool or rule is named, or the edition has no such requirement.
    """
    actor.require(Permission.LIBRARY_MANAGE)
    tool, rule_id = tool_key(route.tool)[:LONGEST_TOOL], route.rule_id.strip()
    if not tool:
        raise InvalidInput(text("Please name the tool."), field="tool")
    if not rule_id or len(rule_id) > LONGEST_RULE:
        raise InvalidInput(
            text("Please give the rule as the tool writes it, in at most 255 characters."),
            field="rule",
        )
    requirement, standard = _requirement(session, route)
    correction = session.scalar(
        select(GeneralCorrection).where(
            GeneralCorrection.tool == tool,
            GeneralCorrection.rule_id == rule_id,
            GeneralCorrection.requirement_id == requirement.id,
        )
    )
    if correction is None:
        correction = GeneralCorrection(tool=tool, rule_id=rule_id, requirement_id=requirement.id)
        session.add(correction)
    correction.leads = route.leads
    correction.corrected_by_id = actor.user_id
    correction.corrected_at = now()
    session.flush()
    _write_down(session, actor, "library:route:correct", correction, requirement, standard)
    return _follow(session, actor, tool, rule_id)


def undo_for_everybody(session: Session, actor: Actor, correction_id: int) -> int:
    """Let the findings of a rule lead where the library says again; returns as above.

    Raises:
        Forbidden: the actor may not manage the library.
        NotFound: there is no such correction (any more).
    """
    actor.require(Permission.LIBRARY_MANAGE)
    correction = session.get(GeneralCorrection, correction_id)
    if correction is None:
        raise NotFound
    requirement = session.get_one(Requirement, correction.requirement_id)
    standard = session.get_one(Standard, requirement.standard_id)
    _write_down(session, actor, "library:route:undo", correction, requirement, standard)
    tool, rule_id = correction.tool, correction.rule_id
    session.delete(correction)
    session.flush()
    return _follow(session, actor, tool, rule_id)


def follow_in_project(session: Session, project: Project, tool: str, rule_id: str) -> None:
    """Bring a project in line with what is said of a rule now; ``tool`` is its key."""
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    spellings = session.scalars(
        select(Finding.tool)
        .where(Finding.project_id == project.id, Finding.rule_id == rule_id)
        .distinct()
        .order_by(Finding.tool)
    ).all()
    for spelling in spellings:
        if tool_key(spelling) == tool:
            take_effect(session, project, (spelling, rule_id))


def _requirement(session: Session, route: GeneralRoute) -> tuple[Requirement, Standard]:
    """Return the requirement, its standard locked: corrections come one after another."""
    standard = session.scalar(
        select(Standard).where(Standard.id == route.standard_id).with_for_update()
    )
    if standard is None:
        raise InvalidInput(text("Choose a standard of the library."), field="standard")
    requirement = session.scalar(
        select(Requirement).where(
            Requirement.standard_id == standard.id,
            Requirement.identifier == route.identifier.strip(),
            Requirement.is_leaf,
        )
    )
    if requirement is None:
        raise InvalidInput(
            text(
                "%(standard)s %(version)s has no requirement %(identifier)s. Give its identifier "
                "as it stands in the list, such as %(example)s.",
                standard=standard.key,
                version=standard.version,
                identifier=route.identifier.strip()[:40] or "–",
                example=_example(session, standard),
            ),
            field="requirement",
        )
    return requirement, standard


def _example(session: Session, standard: Standard) -> str:
    first = (
        select(Requirement.identifier)
        .where(Requirement.standard_id == standard.id, Requirement.is_leaf)
        .order_by(Requirement.position)
        .limit(1)
    )
    return session.scalar(first) or "–"


def _follow(session: Session, actor: Actor, tool: str, rule_id: str) -> int:
    reported: dict[int, set[str]] = defaultdict(set)
    for project_id, spelling in session.execute(
        select(Finding.project_id, Finding.tool).where(Finding.rule_id == rule_id).distinct()
    ):
        reported[project_id].add(tool_key(spelling))
    concerned = sorted(project_id for project_id, tools in reported.items() if tool in tools)
    # What an import brings just now nobody else can see yet: its project follows after it.
    later = _importing(session) - set(concerned)
    work = session.scalar(
        select(func.count())
        .select_from(Finding)
        .where(Finding.project_id.in_(concerned), Finding.status == FindingStatus.OPEN)
    )
    if (work or 0) <= MOST_AT_ONCE:
        for project_id in concerned:
            follow_in_project(session, session.get_one(Project, project_id), tool, rule_id)
    else:
        later.update(concerned)
    for project_id in sorted(later):
        jobs.enqueue(
            session, actor, project_id, JobKind.FOLLOW_ROUTE, {"tool": tool, "rule_id": rule_id}
        )
    return len(later)


def _importing(session: Session) -> set[int]:
    """Return the projects into which reports are being imported, or wait to be."""
    waiting = select(Job.project_id).where(
        Job.kind == JobKind.IMPORT_SCAN, Job.state.in_([JobState.QUEUED, JobState.RUNNING])
    )
    return {project_id for project_id in session.scalars(waiting) if project_id is not None}


def _write_down(
    session: Session,
    actor: Actor,
    event: str,
    correction: GeneralCorrection,
    requirement: Requirement,
    standard: Standard,
) -> None:
    audit.record(
        session,
        actor,
        event,
        f"{standard.key} {standard.version} {requirement.identifier}",
        tool=correction.tool,
        rule=correction.rule_id,
        leads=correction.leads,
    )
