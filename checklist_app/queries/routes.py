"""Which requirements of the whole library a weakness or a tool's rule leads to, and how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.findings import tool_key
from checklist_app.domain.vocabulary import Confidence, Language, MappingKind, MappingTier
from checklist_app.models import GeneralCorrection, Mapping, Requirement, RequirementText, Standard
from checklist_app.queries.standards import standards_in_order
from checklist_app.queries.wording import worded

CORRECTION = "correction"
"""The source of what an administrator led somewhere for everybody."""


@dataclass(frozen=True, slots=True)
class Route:
    """A requirement that a key leads to.

    Attributes:
        via: the CWE, tag or rule that the requirement names.
        depth: steps up the CWE tree from the key to ``via``; 0 for the very CWE.
        reason: why we made the mapping ourselves, empty where it is plain or official.
    """

    standard: str
    version: str
    standard_name: str
    identifier: str
    title: str
    source: str
    tier: MappingTier
    confidence: Confidence
    via: str
    depth: int
    reason: str


def routes_of_cwe(session: Session, cwe: int, language: Language) -> list[Route]:
    """Return the requirements of every list that a weakness reaches, itself or by ancestors.

    In each list the very number comes first; only where it names none, the nearest ancestors
    that it names are taken, and what arrives so is weak.
    """
    known: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(Requirement.standard_id, Mapping.key)
        .join(Mapping, Mapping.requirement_id == Requirement.id)
        .where(Mapping.kind == MappingKind.CWE)
        .distinct()
    )
    for standard_id, key in rows:
        known[standard_id].add(int(key))
    tree = cwe_tree()
    depths = {
        (standard_id, str(way.via)): way.depth
        for standard_id, numbers in known.items()
        for way in tree.nearest(cwe, numbers)
    }
    found = _routes(session, MappingKind.CWE, {via for _, via in depths}, language)
    return [
        _by_way(route, depths[place])
        for standard_id, route in found
        if (place := (standard_id, route.via.removeprefix("CWE-"))) in depths
    ]


def routes_of_key(session: Session, kind: MappingKind, key: str, language: Language) -> list[Route]:
    """Return the requirements that name a tag or a tool's rule."""
    return [route for _, route in _routes(session, kind, {key}, language)]


def routes_of_rule(session: Session, rule: str, language: Language) -> list[Route]:
    """Return where the findings of a tool's rule lead, after what administrators corrected.

    Args:
        session: of the caller.
        rule: the tool's key, a colon, and its name for the rule, such as ``zap:40018``.
        language: of the titles.
    """
    tool, _, rule_id = rule.partition(":")
    rows = session.execute(
        select(GeneralCorrection.leads, Requirement.identifier, RequirementText.title, Standard)
        .join(Requirement, Requirement.id == GeneralCorrection.requirement_id)
        .join(RequirementText, worded(language))
        .join(Standard, Standard.id == Requirement.standard_id)
        .where(GeneralCorrection.tool == tool_key(tool), GeneralCorrection.rule_id == rule_id)
        .order_by(Standard.key, Standard.version, Requirement.position)
    ).all()
    corrected = {(row.Standard.key, row.Standard.version, row.identifier) for row in rows}
    return [
        *(
            route
            for route in routes_of_key(session, MappingKind.RULE, rule, language)
            if (route.standard, route.version, route.identifier) not in corrected
        ),
        *(
            Route(
                standard=row.Standard.key,
                version=row.Standard.version,
                standard_name=row.Standard.texts[language.value]["name"],
                identifier=row.identifier,
                title=row.title,
                source=CORRECTION,
                tier=MappingTier.CURATED,
                confidence=Confidence.STRONG,
                via=rule,
                depth=0,
                reason="",
            )
            for row in rows
            if row.leads
        ),
    ]


def all_routes(session: Session) -> dict[str, dict[tuple[MappingKind, str], list[str]]]:
    """Return, for each list such as ``owasp-base 1.0``, which keys lead to which identifiers."""
    found: dict[str, dict[tuple[MappingKind, str], list[str]]] = {}
    for standard in standards_in_order(session):
        found[f"{standard.key} {standard.version}"] = defaultdict(list)
    rows = session.execute(
        select(Standard.key, Standard.version, Mapping.kind, Mapping.key, Requirement.identifier)
        .join(Requirement, Requirement.id == Mapping.requirement_id)
        .join(Standard, Standard.id == Requirement.standard_id)
    )
    for key, version, kind, name, identifier in rows:
        found[f"{key} {version}"][kind, name].append(identifier)
    return found


def all_corrections(session: Session) -> list[tuple[str, str, str, str, bool]]:
    """Return what administrators corrected: tool, rule, list, identifier, and whether it leads."""
    rows = session.execute(
        select(
            GeneralCorrection.tool,
            GeneralCorrection.rule_id,
            Standard.key,
            Standard.version,
            Requirement.identifier,
            GeneralCorrection.leads,
        )
        .join(Requirement, Requirement.id == GeneralCorrection.requirement_id)
        .join(Standard, Standard.id == Requirement.standard_id)
    )
    return [
        (tool, rule, f"{key} {version}", identifier, leads)
        for tool, rule, key, version, identifier, leads in rows
    ]


def _by_way(route: Route, depth: int) -> Route:
    return replace(route, confidence=Confidence.WEAK, depth=depth) if depth else route


def _routes(
    session: Session, kind: MappingKind, keys: Iterable[str], language: Language
) -> list[tuple[int, Route]]:
    rows = session.execute(
        select(Mapping, Requirement.identifier, RequirementText.title, Standard)
        .join(Requirement, Requirement.id == Mapping.requirement_id)
        .join(RequirementText, worded(language))
        .join(Standard, Standard.id == Requirement.standard_id)
        .where(Mapping.kind == kind, Mapping.key.in_(sorted(keys)))
        .order_by(Standard.key, Standard.version, Requirement.position)
    )
    return [
        (
            standard.id,
            Route(
                standard=standard.key,
                version=standard.version,
                standard_name=standard.texts[language.value]["name"],
                identifier=identifier,
                title=title,
                source=mapping.source,
                tier=mapping.tier,
                confidence=mapping.confidence,
                via=f"CWE-{mapping.key}" if kind is MappingKind.CWE else mapping.key,
                depth=0,
                reason=(mapping.reason or {}).get(language.value, ""),
            ),
        )
        for mapping, identifier, title, standard in rows
    ]
