"""What leads findings to requirements besides the requirements' own files: rules of tools."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from checklist_app.catalog.rules import ToolRule
from checklist_app.domain.findings import keys_of
from checklist_app.domain.vocabulary import (
    ChecklistStatus,
    Confidence,
    FindingStatus,
    MappingKind,
    MappingTier,
)
from checklist_app.models import Checklist, Finding, Mapping, Project, Requirement, Standard
from checklist_app.services import suggestions
from checklist_app.services.corrected_routes import rules_led_somewhere
from checklist_app.services.routing import routed_keys

SOURCE = "rules:"
BATCH = 1000


def map_rules(session: Session, rules: Iterable[ToolRule]) -> bool:
    """Bring the mappings of tool rules in line with the tables; a second call writes nothing.

    A requirement that is not in the library waits until it is.

    Returns:
        Whether anything changed.
    """
    rows = session.execute(
        select(Requirement.id, Standard.key, Standard.version, Requirement.identifier)
        .join(Standard, Standard.id == Requirement.standard_id)
        .where(Requirement.is_leaf)
    )
    known = {(key, version, identifier): id_ for id_, key, version, identifier in rows}
    wanted = {
        (known[place], rule.key): f"{SOURCE}{rule.topic}"
        for rule in rules
        if (place := (rule.standard, rule.version, rule.identifier)) in known
    }
    present = {
        (mapping.requirement_id, mapping.key): mapping
        for mapping in session.scalars(select(Mapping).where(Mapping.kind == MappingKind.RULE))
    }
    gone = [mapping.id for place, mapping in present.items() if wanted.get(place) != mapping.source]
    for start in range(0, len(gone), BATCH):
        batch = gone[start : start + BATCH]
        session.execute(delete(Mapping).where(Mapping.id.in_(batch)))
    new = [
        {
            "requirement_id": requirement_id,
            "kind": MappingKind.RULE,
            "key": key,
            "source": source,
            "tier": MappingTier.CURATED,
            "confidence": Confidence.STRONG,
        }
        for (requirement_id, key), source in wanted.items()
        if (requirement_id, key) not in present or present[requirement_id, key].source != source
    ]
    for start in range(0, len(new), BATCH):
        session.execute(insert(Mapping), new[start : start + BATCH])
    session.expire_all()
    return bool(gone or new)


def route_again(session: Session) -> None:
    """Lead what was found before a change of the library to where it leads now.

    Suggestions of open checklists are completed as after an import; only weak ones can go.
    """
    for project in session.scalars(
        select(Project)
        .where(
            Project.id.in_(select(Finding.project_id).where(Finding.status == FindingStatus.OPEN))
        )
        .order_by(Project.id)
    ):
        _mark_routed(session, project)
        is_open = select(Checklist.id).where(
            Checklist.project_id == project.id, Checklist.status == ChecklistStatus.OPEN
        )
        if session.scalar(is_open.limit(1)) is not None:
            suggestions.refresh_weak(session, project)


def _mark_routed(session: Session, project: Project) -> None:
    found = {
        row.id: (
            row.is_routed,
            keys_of(row.tool, row.rule_id, row.cwes, row.tags),
            (row.tool, row.rule_id),
        )
        for row in session.execute(
            select(
                Finding.id,
                Finding.is_routed,
                Finding.tool,
                Finding.rule_id,
                Finding.cwes,
                Finding.tags,
            ).where(Finding.project_id == project.id)
        )
    }
    routed = routed_keys(session, {key for _, keys, _ in found.values() for key in keys})
    led = rules_led_somewhere(session, project)
    for is_routed in (True, False):
        ids = [
            id_
            for id_, (known, keys, rule) in found.items()
            if known is not is_routed
            and (rule in led or any(key in routed for key in keys)) is is_routed
        ]
        for start in range(0, len(ids), BATCH):
            session.execute(
                update(Finding)
                .where(Finding.id.in_(ids[start : start + BATCH]))
                .values(is_routed=is_routed)
            )
