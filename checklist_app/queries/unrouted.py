"""Open findings that speak to no item of a project: nobody would see them in a checklist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.findings import keys_of, tool_key
from checklist_app.domain.vocabulary import (
    ChecklistStatus,
    FindingStatus,
    Language,
    MappingKind,
    Severity,
)
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    GeneralCorrection,
    Mapping,
    Requirement,
    Standard,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.queries.access import ProjectAccess

SHOWN = 200
_Key = tuple[MappingKind, str]


@dataclass(frozen=True, slots=True)
class UnroutedGroup:
    """The findings of one rule of one tool.

    Attributes:
        title: of one of them.
        lists: editions of the library that they would reach, if the project assessed them.
    """

    tool: str
    rule_id: str
    title: str
    severity: Severity
    cwes: list[int]
    tags: list[str]
    count: int
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unrouted:
    """What reaches no item; ``groups`` holds the worst of ``group_count``."""

    total: int
    group_count: int
    groups: list[UnroutedGroup]


def unrouted_count(session: Session, access: ProjectAccess) -> int:
    """Return how many open findings speak to no item of an open checklist."""
    wanted = select(func.count()).select_from(Finding).where(*_reaches_nothing(access))
    return session.scalar(wanted) or 0


def unrouted(session: Session, access: ProjectAccess, language: Language) -> Unrouted:
    """Return the open findings that speak to no item of an open checklist, worst rule first."""
    by_rule = (
        select(
            func.min(Finding.id).label("first_id"),
            func.min(Finding.severity_rank).label("worst"),
            func.count().label("number"),
            func.count().over().label("rules"),
            func.sum(func.count()).over().label("total"),
        )
        .where(*_reaches_nothing(access))
        .group_by(Finding.tool, Finding.rule_id)
        .subquery()
    )
    rows = session.execute(
        select(Finding, by_rule.c.worst, by_rule.c.number, by_rule.c.rules, by_rule.c.total)
        .join(by_rule, by_rule.c.first_id == Finding.id)
        .order_by(by_rule.c.worst, by_rule.c.number.desc(), Finding.id)
        .limit(SHOWN)
    ).all()
    lists = _lists_reached(session, [row[0] for row in rows], language)
    ranked = {severity.rank: severity for severity in Severity}
    return Unrouted(
        total=int(rows[0].total) if rows else 0,
        group_count=rows[0].rules if rows else 0,
        groups=[
            UnroutedGroup(
                tool=finding.tool,
                rule_id=finding.rule_id,
                title=finding.title,
                severity=ranked[worst],
                cwes=finding.cwes,
                tags=finding.tags,
                count=number,
                lists=lists[finding.id],
            )
            for finding, worst, number, *_ in rows
        ],
    )


def _reaches_nothing(access: ProjectAccess) -> tuple[ColumnElement[bool], ...]:
    reached = (
        select(SuggestionFinding.finding_id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(
            Checklist.project_id == access.project.id,
            Checklist.status == ChecklistStatus.OPEN,
        )
    )
    return (
        Finding.project_id == access.project.id,
        Finding.status == FindingStatus.OPEN,
        Finding.mark.is_(None),
        Finding.id.not_in(reached),
    )


def _lists_reached(
    session: Session, findings: Sequence[Finding], language: Language
) -> dict[int, tuple[str, ...]]:
    """Return the editions that each finding leads into, in the library's order.

    A CWE leads by its ancestors too; what administrators corrected for everybody outranks both.
    """
    keys = {one.id: keys_of(one.tool, one.rule_id, one.cwes, one.tags) for one in findings}
    names, known = _named(session, {key for found in keys.values() for key in found}, language)
    said = _said(session, findings)
    tree = cwe_tree()
    numbers = {
        edition: {int(key) for kind, key in by_key if kind is MappingKind.CWE}
        for edition, by_key in known.items()
    }
    reached: dict[int, tuple[str, ...]] = {}
    for finding in findings:
        words = said[tool_key(finding.tool), finding.rule_id]
        led = {edition for edition, _, leads in words if leads}
        away = {requirement_id for _, requirement_id, leads in words if not leads}
        for edition, by_key in known.items():
            ways = (
                (kind, str(way.via))
                for kind, key in keys[finding.id]
                if kind is MappingKind.CWE
                for way in tree.nearest(int(key), numbers[edition])
            )
            if any(by_key[key] - away for key in (*keys[finding.id], *ways) if key in by_key):
                led.add(edition)
        reached[finding.id] = tuple(names[edition] for edition in sorted(led))
    return reached


def _named(
    session: Session, keys: set[_Key], language: Language
) -> tuple[dict[int, str], dict[int, dict[_Key, set[int]]]]:
    """Return the names of all editions, and which of their requirements each key names."""
    names = {
        id_: f"{texts[language.value]['name']} {version}"
        for id_, texts, version in session.execute(
            select(Standard.id, Standard.texts, Standard.version)
        )
    }
    known: dict[int, dict[_Key, set[int]]] = defaultdict(lambda: defaultdict(set))
    rows = session.execute(
        select(Requirement.standard_id, Requirement.id, Mapping.kind, Mapping.key)
        .join(Mapping, Mapping.requirement_id == Requirement.id)
        .where(
            (Mapping.kind == MappingKind.CWE)
            | Mapping.key.in_(sorted(key for kind, key in keys if kind is not MappingKind.CWE))
        )
    )
    for edition, requirement_id, kind, key in rows:
        known[edition][kind, key].add(requirement_id)
    return names, known


def _said(
    session: Session, findings: Sequence[Finding]
) -> dict[tuple[str, str], list[tuple[int, int, bool]]]:
    """Return, by tool and rule, the editions and requirements that administrators spoke of."""
    rows = session.execute(
        select(
            GeneralCorrection.tool,
            GeneralCorrection.rule_id,
            Requirement.standard_id,
            Requirement.id,
            GeneralCorrection.leads,
        )
        .join(Requirement, Requirement.id == GeneralCorrection.requirement_id)
        .where(GeneralCorrection.rule_id.in_({finding.rule_id for finding in findings}))
    )
    found: dict[tuple[str, str], list[tuple[int, int, bool]]] = defaultdict(list)
    for tool, rule_id, edition, requirement_id, leads in rows:
        found[tool, rule_id].append((edition, requirement_id, leads))
    return found
