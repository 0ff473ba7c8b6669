"""Which findings a reader asks for: a closed list of filters, each of them in the address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Self

from sqlalchemy import ColumnElement, CompoundSelect, Select, String, or_, select, type_coerce

from checklist_app.domain.vocabulary import FindingMark, FindingStatus, Severity, TriageKind
from checklist_app.models import (
    ChecklistItem,
    Finding,
    FindingSighting,
    Remediation,
    Requirement,
    ScanScope,
    Suggestion,
    SuggestionFinding,
    TriageAction,
    TriageMember,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.marks import counts, is_marked

LONGEST_WORDS = 200
LARGEST_NUMBER = 2**31 - 1
MARKS = ("none", "any", *FindingMark)
YES_OR_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class FindingFilters:
    """What the reader wants to see; empty values ask for everything.

    Attributes:
        q: words in title or location.
        status: what tools say, or ``counts`` for what is open and set aside by nobody.
        item: identifier of a requirement that it speaks to.
        scope: key of a scan scope that reports it now.
        environment: branch or environment, as whoever imported a scan named it.
        mark: what people say: ``none``, ``any`` or one of the marks.
        planned: ``yes`` for what a remediation is planned for.
    """

    q: str = ""
    severity: str = ""
    tool: str = ""
    rule: str = ""
    cwe: str = ""
    routed: str = ""
    status: str = ""
    item: str = ""
    scope: str = ""
    environment: str = ""
    mark: str = ""
    planned: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """Read them from an address or a form; what no filter knows is left out."""
        values = {
            field.name: (given.get(field.name) or "").strip()[:LONGEST_WORDS]
            for field in fields(cls)
        }
        return cls(**values).known()

    def known(self) -> Self:
        """Return them without values that mean nothing."""
        cwe = self.cwe.lower().removeprefix("cwe-")
        return replace(
            self,
            severity=_one_of(self.severity, Severity),
            status=_one_of(self.status, (*FindingStatus, "counts")),
            routed=_one_of(self.routed, YES_OR_NO),
            planned=_one_of(self.planned, YES_OR_NO),
            mark=_one_of(self.mark, MARKS),
            cwe=cwe if _is_number(cwe) else "",
            scope=self.scope if _is_number(self.scope) else "",
        )

    @property
    def given(self) -> dict[str, str]:
        """Those that ask for something, as they stand in an address."""
        values = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return {name: value for name, value in values.items() if value}


def _one_of(value: str, allowed: type[Severity] | tuple[str, ...]) -> str:
    return value if value in tuple(allowed) else ""


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value[:12]) <= LARGEST_NUMBER


def conditions(
    access: ProjectAccess, filters: FindingFilters, today: date
) -> list[ColumnElement[bool]]:
    """Return what a finding of the project must be to fit the filters."""
    filters = filters.known()
    return [
        Finding.project_id == access.project.id,
        *_by_tools(filters, today),
        *_by_words(filters),
        *_by_scans(access, filters),
        *_by_people(access, filters, today),
    ]


def _by_tools(filters: FindingFilters, today: date) -> Iterator[ColumnElement[bool]]:
    if filters.severity:
        yield Finding.severity == Severity(filters.severity)
    if filters.status == "counts":
        yield counts(today)
    elif filters.status:
        yield Finding.status == FindingStatus(filters.status)
    if filters.tool:
        yield Finding.tool == filters.tool
    if filters.rule:
        yield Finding.rule_id == filters.rule
    if filters.cwe:
        yield _names_cwe(filters.cwe)


def _by_words(filters: FindingFilters) -> Iterator[ColumnElement[bool]]:
    if filters.q:
        in_title = Finding.title.icontains(filters.q, autoescape=True)
        yield in_title | Finding.location.icontains(filters.q, autoescape=True)


def _by_scans(access: ProjectAccess, filters: FindingFilters) -> Iterator[ColumnElement[bool]]:
    if filters.routed:
        yield Finding.is_routed.is_(filters.routed == "yes")
    if filters.item:
        yield Finding.id.in_(_leading_to(filters.item))
    if filters.scope or filters.environment:
        yield Finding.id.in_(_reported_by(access, filters))


def _by_people(
    access: ProjectAccess, filters: FindingFilters, today: date
) -> Iterator[ColumnElement[bool]]:
    if filters.mark == "none":
        yield ~is_marked(today)
    elif filters.mark == "any":
        yield is_marked(today)
    elif filters.mark:
        yield is_marked(today, FindingMark(filters.mark))
    if filters.planned:
        planned = Finding.id.in_(planned_findings(access))
        yield planned if filters.planned == "yes" else ~planned


def _names_cwe(number: str) -> ColumnElement[bool]:
    # Both databases keep the list as JSON text such as "[79, 89]".
    listed = type_coerce(Finding.cwes, String)
    return or_(
        listed == f"[{number}]",
        listed.like(f"[{number}, %"),
        listed.like(f"%, {number}]"),
        listed.like(f"%, {number}, %"),
    )


def _leading_to(identifier: str) -> Select[int]:
    return (
        select(SuggestionFinding.finding_id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(Requirement.identifier == identifier)
    )


def _reported_by(access: ProjectAccess, filters: FindingFilters) -> Select[int]:
    reported = (
        select(FindingSighting.finding_id)
        .join(ScanScope, ScanScope.id == FindingSighting.scope_id)
        .where(ScanScope.project_id == access.project.id, FindingSighting.is_present)
    )
    if filters.scope:
        reported = reported.where(ScanScope.id == int(filters.scope))
    if filters.environment:
        reported = reported.where(ScanScope.environment == filters.environment)
    return reported


def planned_findings(access: ProjectAccess) -> CompoundSelect[int]:
    """Return the findings that a plan is for: of an item they speak to, or made for them."""
    by_item = (
        select(SuggestionFinding.finding_id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(Remediation, Remediation.item_id == Suggestion.item_id)
        .join(Finding, Finding.id == SuggestionFinding.finding_id)
        .where(Finding.project_id == access.project.id)
    )
    by_action = (
        select(TriageMember.finding_id)
        .join(TriageAction, TriageAction.id == TriageMember.action_id)
        .where(
            TriageAction.project_id == access.project.id,
            TriageAction.kind == TriageKind.REMEDIATE,
            TriageAction.undone_at.is_(None),
        )
    )
    return by_item.union(by_action)
