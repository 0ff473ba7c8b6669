"""Open findings that speak to no item of a project: nobody would see them in a checklist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.findings import keys_of
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
    keys = {row[0].id: _keys(row[0]) for row in rows}
    lists = _lists_reached(session, {key for found in keys.values() for key in found}, language)
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
                lists=tuple(dict.fromkeys(name for key in keys[finding.id] for name in lists[key])),
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


def _keys(finding: Finding) -> tuple[_Key, ...]:
    return keys_of(finding.tool, finding.rule_id, finding.cwes, finding.tags)


def _lists_reached(
    session: Session, keys: Iterable[_Key], language: Language
) -> dict[_Key, list[str]]:
    """Return the editions that each key leads into, a CWE by its ancestors too."""
    keys = set(keys)
    rows = session.execute(
        select(Standard.id, Standard.texts, Standard.version, Mapping.kind, Mapping.key)
        .join(Requirement, Requirement.standard_id == Standard.id)
        .join(Mapping, Mapping.requirement_id == Requirement.id)
        .where(
            (Mapping.kind == MappingKind.CWE)
            | Mapping.key.in_(sorted(key for kind, key in keys if kind is not MappingKind.CWE))
        )
        .order_by(Standard.id)
        .distinct()
    )
    named: dict[str, set[_Key]] = defaultdict(set)
    for _, texts, version, kind, key in rows:
        named[f"{texts[language.value]['name']} {version}"].add((kind, key))
    tree = cwe_tree()
    reached: dict[_Key, list[str]] = defaultdict(list)
    for name, known in named.items():
        numbers = {int(key) for kind, key in known if kind is MappingKind.CWE}
        for kind, key in keys:
            if (kind, key) in known or (
                kind is MappingKind.CWE and tree.nearest(int(key), numbers)
            ):
                reached[kind, key].append(name)
    return reached
