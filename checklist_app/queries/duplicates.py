"""Findings of other tools that are the same weakness in the same place; two queries for a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.duplicates import Spot, advisories_in, is_same
from checklist_app.domain.vocabulary import Confidence
from checklist_app.models import Finding, SuggestionFinding
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.findings import FindingLine, finding_line

MOST_COMPARED = 2_000
"""Findings in the places of one page; a place with more is no place any more."""


def twins(
    session: Session, access: ProjectAccess, findings: Sequence[FindingLine], today: date
) -> dict[int, list[FindingLine]]:
    """Return, for each of these findings, those of other tools that say the same there."""
    places = {finding.place for finding in findings} - {""}
    if not places:
        return {}
    near = session.scalars(
        select(Finding)
        .where(Finding.project_id == access.project.id, Finding.place.in_(places))
        .order_by(Finding.severity_rank, Finding.id)
        .limit(MOST_COMPARED)
    ).all()
    tools_at: dict[str, set[str]] = defaultdict(set)
    for finding in near:
        tools_at[finding.place].add(finding.tool)
    shared = [finding for finding in near if len(tools_at[finding.place]) > 1]
    if not shared:
        return {}
    leads = _leads(session, [finding.id for finding in shared])
    at: dict[str, list[tuple[Spot, Finding]]] = defaultdict(list)
    for finding in shared:
        at[finding.place].append((_spot(finding, leads[finding.id]), finding))
    wanted = {finding.id for finding in findings}
    tree = cwe_tree()
    return {
        spot.id: found
        for group in at.values()
        for spot, _ in group
        if spot.id in wanted
        and (
            found := [
                finding_line(other, today) for theirs, other in group if is_same(spot, theirs, tree)
            ]
        )
    }


def grouped(
    findings: Iterable[FindingLine], known: dict[int, list[FindingLine]]
) -> list[tuple[FindingLine, list[FindingLine]]]:
    """Return the findings of a page with their twins; one that stands under another comes once."""
    shown: set[int] = set()
    groups = []
    for finding in findings:
        if finding.id in shown:
            continue
        below = [other for other in known.get(finding.id, []) if other.id not in shown]
        shown |= {finding.id, *(other.id for other in below)}
        groups.append((finding, below))
    return groups


def _leads(session: Session, finding_ids: list[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(SuggestionFinding.finding_id, SuggestionFinding.suggestion_id).where(
            SuggestionFinding.finding_id.in_(finding_ids),
            SuggestionFinding.confidence == Confidence.STRONG,
        )
    )
    for finding_id, suggestion_id in rows:
        found[finding_id].add(suggestion_id)
    return defaultdict(frozenset, {id_: frozenset(leads) for id_, leads in found.items()})


def _spot(finding: Finding, leads_to: frozenset[int]) -> Spot:
    first = finding.locations[0] if finding.locations else {}
    return Spot(
        id=finding.id,
        tool=finding.tool,
        uri=first.get("uri") or "",
        line=first.get("line"),
        cwes=tuple(finding.cwes),
        advisories=advisories_in(finding.rule_id, finding.title, finding.description),
        leads_to=leads_to,
    )
