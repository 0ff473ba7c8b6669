"""Projects: the first page, the overview of one, its members."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.snapshot_facts import OutcomeCounts
from checklist_app.domain.vocabulary import Outcome, RemediationStatus, Role
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Event,
    Evidence,
    Project,
    Remediation,
    ScanImport,
    User,
    Waiver,
)
from checklist_app.queries.access import ProjectAccess, strongest, visible_projects
from checklist_app.queries.item_rows import count_outcomes

MINE_SHOWN = 50
EVENTS_SHOWN = 12
SCANS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project on the first page; ``counts`` add up its checklists."""

    slug: str
    name: str
    role: Role
    checklist_count: int
    counts: OutcomeCounts
    open_gaps: int
    is_archived: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened; ``name`` and ``target`` as in the audit log.

    ``item`` is "2/AUTH-01" where evidence was put on an item or taken off, else empty. ``token`` is
    the name of the pipeline's token that acted for the person, else empty.
    """

    actor: str
    name: str
    target: str
    at: datetime
    item: str
    token: str


@dataclass(frozen=True, slots=True)
class ScanLine:
    """A scan import in a short list; ``finding_count`` is None until something was imported."""

    id: int
    tool: str
    file_name: str
    finding_count: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProjectFigures:
    """The figures on top of a project's overview."""

    open_gaps: int
    overdue: int
    evidence_count: int


def project_cards(session: Session, actor: Actor, today: date) -> list[ProjectCard]:
    """Return the actor's projects by name, in three queries."""
    rows = session.execute(visible_projects(actor).order_by(Project.name, Project.id)).all()
    roles: dict[Project, list[Role]] = {}
    for project, role in rows:
        roles.setdefault(project, []).append(role)
    ids = [project.id for project in roles]
    outcomes, checklists = _outcomes(session, ids)
    waived = _waived_gaps(session, ids, today)
    return [
        ProjectCard(
            project.slug,
            project.name,
            strongest(ways),
            len(checklists.get(project.id, ())),
            _counts(outcomes.get(project.id, Counter())),
            _gaps(outcomes.get(project.id, Counter())) - waived.get(project.id, 0),
            project.archived_at is not None,
        )
        for project, ways in roles.items()
    ]


def project_figures(session: Session, access: ProjectAccess, today: date) -> ProjectFigures:
    """Return the figures of a project's overview."""
    ids = [access.project.id]
    outcomes, _ = _outcomes(session, ids)
    gaps = _gaps(outcomes.get(access.project.id, Counter()))
    overdue = session.scalar(
        select(func.count())
        .select_from(Remediation)
        .join(ChecklistItem, ChecklistItem.id == Remediation.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(
            Checklist.project_id == access.project.id,
            Remediation.status != RemediationStatus.CLOSED,
            Remediation.due_on < today,
        )
    )
    evidence = session.scalar(
        select(func.count()).select_from(Evidence).where(Evidence.project_id == access.project.id)
    )
    waived = _waived_gaps(session, ids, today).get(access.project.id, 0)
    return ProjectFigures(gaps - waived, overdue or 0, evidence or 0)


def recent_events(session: Session, access: ProjectAccess) -> list[EventLine]:
    """Return the newest events of a project that a person caused."""
    rows = session.execute(
        select(User.name, Event.name, Event.target, Event.happened_at, Event.details)
        .join(User, User.id == Event.actor_id)
        .where(Event.project_id == access.project.id)
        .order_by(Event.id.desc())
        .limit(EVENTS_SHOWN)
    )
    return [
        EventLine(
            actor, name, target, at, str(details.get("item", "")), str(details.get("token", ""))
        )
        for actor, name, target, at, details in rows
    ]


def recent_scans(session: Session, access: ProjectAccess) -> list[ScanLine]:
    """Return the newest scan imports of a project."""
    rows = session.execute(
        select(ScanImport, Evidence.file_name)
        .join(Evidence, Evidence.id == ScanImport.evidence_id)
        .where(ScanImport.project_id == access.project.id)
        .order_by(ScanImport.id.desc())
        .limit(SCANS_SHOWN)
    )
    return [
        ScanLine(
            scan.id,
            scan.tool,
            file_name,
            scan.account.get("findings", 0) if scan.account else None,
            scan.created_at,
        )
        for scan, file_name in rows
    ]


def _outcomes(
    session: Session, project_ids: list[int]
) -> tuple[dict[int, Counter[Outcome | None]], dict[int, set[int]]]:
    rows = session.execute(
        select(Checklist.project_id, Checklist.id, ChecklistItem.outcome, func.count())
        .outerjoin(ChecklistItem, ChecklistItem.checklist_id == Checklist.id)
        .where(Checklist.project_id.in_(project_ids))
        .group_by(Checklist.project_id, Checklist.id, ChecklistItem.outcome)
    )
    outcomes: dict[int, Counter[Outcome | None]] = {}
    checklists: dict[int, set[int]] = {}
    for project_id, checklist_id, outcome, number in rows:
        outcomes.setdefault(project_id, Counter())[outcome] += number
        checklists.setdefault(project_id, set()).add(checklist_id)
    return outcomes, checklists


def _counts(found: Counter[Outcome | None]) -> OutcomeCounts:
    return count_outcomes(found.elements())


def _gaps(found: Counter[Outcome | None]) -> int:
    return found[Outcome.FAIL] + found[Outcome.PARTIAL]


def _waived_gaps(session: Session, project_ids: list[int], today: date) -> dict[int, int]:
    rows = session.execute(
        select(Checklist.project_id, func.count(ChecklistItem.id.distinct()).label("number"))
        .select_from(Waiver)
        .join(ChecklistItem, ChecklistItem.id == Waiver.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(
            Checklist.project_id.in_(project_ids),
            Waiver.revoked_at.is_(None),
            Waiver.expires_on >= today,
            ChecklistItem.outcome.in_((Outcome.FAIL, Outcome.PARTIAL)),
        )
        .group_by(Checklist.project_id)
    )
    return {row.project_id: row.number for row in rows}
