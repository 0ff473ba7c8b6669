"""Whether the gate of a project is open, and what keeps it closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.gate import (
    GatePolicy,
    GateRule,
    ItemFacts,
    Shortfall,
    open_finding,
    shortfalls,
)
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language, Severity
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    ProjectGate,
    Standard,
)
from checklist_app.queries import gate_rows
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.gate_rows import ItemLine
from checklist_app.queries.live_checklists import is_live
from checklist_app.queries.marks import counts


@dataclass(frozen=True, slots=True)
class JudgedChecklist:
    """A checklist that the gate looked at; ``items`` counts all of them."""

    id: int
    number: int
    name: str
    standard: str
    items: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why the gate is closed.

    ``identifier`` and ``title`` are those of the requirement; a finding that leads to none has its
    own title and no identifier. ``path`` is where a person looks at it, below the base address.
    """

    shortfall: Shortfall
    checklist_number: int | None
    standard: str
    identifier: str
    title: str
    path: str
    finding_id: int | None = None
    severity: Severity | None = None

    @property
    def rule(self) -> GateRule:
        """The rule that is broken."""
        return self.shortfall.rule


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate says: open when there is no obstacle."""

    project: str
    judged_at: datetime
    policy: GatePolicy
    checklists: tuple[JudgedChecklist, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def passed(self) -> bool:
        """Whether the pipeline may go on."""
        return not self.obstacles


def own_policy(session: Session, access: ProjectAccess) -> GatePolicy | None:
    """Return what the project asks for; None while it leaves that to whoever asks the gate."""
    access.require(Permission.GATE_VIEW)
    row = session.get(ProjectGate, access.project.id)
    if row is None:
        return None
    return GatePolicy(**{field.name: getattr(row, field.name) for field in fields(GatePolicy)})


def judge(
    session: Session,
    access: ProjectAccess,
    policy: GatePolicy,
    language: Language,
    moment: datetime,
    *,
    checklist: int | None = None,
) -> Judgement:
    """Judge the newest checklist of each list, or one of them, in six queries.

    Args:
        session: reads.
        access: who asks about which project.
        policy: what has to hold.
        language: of the titles.
        moment: decides which waivers are in force and how old evidence is.
        checklist: number of the only one that counts.

    Raises:
        NotFound: there is nothing to judge.
    """
    access.require(Permission.GATE_VIEW)
    judged = _checklists(session, access, checklist, language)
    if not judged:
        raise NotFound(text("There is no checklist to judge here. Begin one first."))
    obstacles = [
        *_item_obstacles(session, access, policy, judged, (language, moment)),
        *_finding_obstacles(session, access, policy, judged, (language, moment)),
    ]
    return Judgement(access.project.slug, moment, policy, judged, tuple(obstacles))


def _checklists(
    session: Session, access: ProjectAccess, number: int | None, language: Language
) -> tuple[JudgedChecklist, ...]:
    wanted = is_live(access.project.id) if number is None else Checklist.number == number
    counted = (
        select(func.count())
        .where(ChecklistItem.checklist_id == Checklist.id)
        .correlate(Checklist)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Checklist, Standard, counted)
        .join(Standard, Standard.id == Checklist.standard_id)
        .where(Checklist.project_id == access.project.id, wanted)
        .order_by(Checklist.number)
    )
    return tuple(
        JudgedChecklist(
            row.id,
            row.number,
            row.name,
            f"{standard.texts[language.value]['name']} {standard.version}",
            items,
        )
        for row, standard, items in rows
    )


def _item_obstacles(
    session: Session,
    access: ProjectAccess,
    policy: GatePolicy,
    judged: Sequence[JudgedChecklist],
    reader: tuple[Language, datetime],
) -> list[Obstacle]:
    language, moment = reader
    today, keys = moment.date(), [one.id for one in judged]
    waivers = gate_rows.waivers(session, keys, moment)
    evidence = gate_rows.evidence(session, keys, moment)
    by_key = {one.id: one for one in judged}
    found = []
    for row in gate_rows.item_lines(session, keys, language):
        newest, holds = evidence.get(row.id, (None, False))
        facts = ItemFacts(
            level=row.level,
            outcome=row.outcome,
            waived_until=waivers.get(row.id),
            evidence_on=newest.date() if newest else None,
            evidence_holds=holds,
            review_stage=row.review_stage,
            needs_review=row.needs_review,
        )
        checklist = by_key[row.checklist_id]
        found += [
            _on_item(access, checklist, row, shortfall)
            for shortfall in shortfalls(policy, facts, today, four_eyes=access.project.four_eyes)
        ]
    return found


def _on_item(
    access: ProjectAccess, checklist: JudgedChecklist, row: ItemLine, shortfall: Shortfall
) -> Obstacle:
    return Obstacle(
        shortfall=shortfall,
        checklist_number=checklist.number,
        standard=checklist.standard,
        identifier=row.identifier,
        title=row.title,
        path=f"/projects/{access.project.slug}/checklists/{checklist.number}"
        f"/items/{row.identifier}",
    )


def _finding_obstacles(
    session: Session,
    access: ProjectAccess,
    policy: GatePolicy,
    judged: Sequence[JudgedChecklist],
    reader: tuple[Language, datetime],
) -> list[Obstacle]:
    """Return one obstacle for each severe finding, with the first requirement that it leads to."""
    if policy.severity is None:
        return []
    language, moment = reader
    rows = session.execute(
        select(Finding.id, Finding.title, Finding.severity)
        .where(
            Finding.project_id == access.project.id,
            Finding.severity_rank <= policy.severity.rank,
            counts(moment.date()),
        )
        .order_by(Finding.severity_rank, Finding.id)
    ).all()
    leads = gate_rows.leads(session, [one.id for one in judged], language) if rows else {}
    by_key = {one.id: one for one in judged}
    found = []
    for row in rows:
        led = leads.get(row.id)
        checklist = by_key[led.checklist_id] if led else None
        found.append(
            Obstacle(
                shortfall=open_finding(row.severity),
                checklist_number=checklist.number if checklist else None,
                standard=checklist.standard if checklist else "",
                identifier=led.identifier if led else "",
                title=led.title if led else row.title,
                path=f"/projects/{access.project.slug}/findings/{row.id}",
                finding_id=row.id,
                severity=row.severity,
            )
        )
    return found
