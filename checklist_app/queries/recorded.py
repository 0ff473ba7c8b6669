"""What a person has recorded in projects and in the library, as a copy of their data tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Evidence,
    EvidenceLink,
    GeneralCorrection,
    OfficialDocument,
    Project,
    Remediation,
    Report,
    Requirement,
    RouteCorrection,
    ScanImport,
    SignOff,
    Standard,
    TriageAction,
    Verdict,
    VerdictReview,
    Waiver,
)

ABOUT = ("target", "details")
PROJECT = Project.slug.label("project")
ITEM = (
    PROJECT,
    Checklist.number.label("checklist"),
    Requirement.identifier.label("requirement"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A question for rows that tell one kind of thing.

    Attributes:
        name: what the copy calls it.
        query: its columns are named as the copy names them; ``project`` is a slug.
        said: columns with what only those who may read the project may see.
    """

    name: str
    query: Select[*tuple[Any, ...]]
    said: tuple[str, ...] = ()


def recorded_sections(user_id: int) -> tuple[Section, ...]:
    """Return the sections of what a person recorded, oldest rows first."""
    return (*_on_items(user_id), *_in_projects(user_id), *_in_the_library(user_id))


def _on_items(user_id: int) -> tuple[Section, ...]:
    return (
        Section(
            "verdicts",
            _item(
                select(*ITEM, Verdict.outcome, Verdict.rationale, Verdict.recorded_at)
                .select_from(Verdict)
                .join(ChecklistItem, ChecklistItem.id == Verdict.item_id)
            )
            .where(Verdict.author_id == user_id)
            .order_by(Verdict.id),
            ("outcome", "rationale"),
        ),
        Section(
            "reviews",
            _item(
                select(
                    *ITEM, VerdictReview.decision, VerdictReview.comment, VerdictReview.reviewed_at
                )
                .select_from(VerdictReview)
                .join(Verdict, Verdict.id == VerdictReview.verdict_id)
                .join(ChecklistItem, ChecklistItem.id == Verdict.item_id)
            )
            .where(VerdictReview.reviewer_id == user_id)
            .order_by(VerdictReview.id),
            ("decision", "comment"),
        ),
        Section(
            "assigned_items",
            _item(
                select(*ITEM, ChecklistItem.due_on).select_from(ChecklistItem),
            )
            .where(ChecklistItem.assignee_id == user_id)
            .order_by(ChecklistItem.id),
        ),
        Section(
            "evidence_links",
            _item(
                select(*ITEM, EvidenceLink.evidence_id, EvidenceLink.linked_at)
                .select_from(EvidenceLink)
                .join(ChecklistItem, ChecklistItem.id == EvidenceLink.item_id)
            )
            .where(EvidenceLink.linked_by_id == user_id)
            .order_by(EvidenceLink.id),
        ),
        Section(
            "remediations",
            _item(
                select(*ITEM, Remediation.plan, Remediation.due_on, Remediation.status)
                .select_from(Remediation)
                .join(ChecklistItem, ChecklistItem.id == Remediation.item_id)
            )
            .where(Remediation.owner_id == user_id)
            .order_by(Remediation.id),
            ("plan", "status"),
        ),
        Section(
            "waivers",
            _item(
                select(*ITEM, Waiver.justification, Waiver.expires_on, Waiver.created_at)
                .select_from(Waiver)
                .join(ChecklistItem, ChecklistItem.id == Waiver.item_id)
            )
            .where(Waiver.approved_by_id == user_id)
            .order_by(Waiver.id),
            ("justification",),
        ),
    )


def _in_projects(user_id: int) -> tuple[Section, ...]:
    return (
        Section(
            "checklists",
            select(
                PROJECT, Checklist.number.label("checklist"), Checklist.name, Checklist.created_at
            )
            .join(Project, Project.id == Checklist.project_id)
            .where(Checklist.created_by_id == user_id)
            .order_by(Checklist.id),
            ("name",),
        ),
        Section(
            "sign_offs",
            select(
                PROJECT, Checklist.number.label("checklist"), SignOff.statement, SignOff.signed_at
            )
            .join(Checklist, Checklist.id == SignOff.checklist_id)
            .join(Project, Project.id == Checklist.project_id)
            .where(SignOff.signer_id == user_id)
            .order_by(SignOff.id),
            ("statement",),
        ),
        Section(
            "evidence",
            _project(
                Evidence,
                Evidence.id,
                Evidence.kind,
                Evidence.title,
                Evidence.file_name,
                Evidence.url,
                Evidence.note,
                Evidence.blob_sha256.label("sha256"),
                Evidence.collected_at,
            ).where(Evidence.author_id == user_id),
            ("title", "file_name", "url", "note", "sha256"),
        ),
        Section(
            "scan_imports",
            _project(ScanImport, ScanImport.id, ScanImport.tool, ScanImport.created_at).where(
                ScanImport.imported_by_id == user_id
            ),
            ("tool",),
        ),
        Section(
            "reports",
            _project(Report, Report.number, Report.language, Report.created_at).where(
                Report.created_by_id == user_id
            ),
        ),
        Section(
            "route_corrections",
            _project(
                RouteCorrection,
                RouteCorrection.tool,
                RouteCorrection.rule_id,
                RouteCorrection.corrected_at,
            ).where(RouteCorrection.corrected_by_id == user_id),
            ("tool", "rule_id"),
        ),
        _triage("triage_actions", TriageAction.acted_by_id == user_id),
        _triage("triage_actions_undone", TriageAction.undone_by_id == user_id),
    )


def _triage(name: str, whose: Any) -> Section:
    columns = (TriageAction.kind, TriageAction.reason, TriageAction.created_at)
    query = _project(TriageAction, *columns, TriageAction.undone_at).where(whose)
    return Section(name, query, ("reason",))


def _in_the_library(user_id: int) -> tuple[Section, ...]:
    return (
        Section(
            "general_corrections",
            select(
                GeneralCorrection.tool, GeneralCorrection.rule_id, GeneralCorrection.corrected_at
            )
            .where(GeneralCorrection.corrected_by_id == user_id)
            .order_by(GeneralCorrection.id),
        ),
        Section(
            "official_documents",
            select(
                Standard.key,
                Standard.version,
                OfficialDocument.file_name,
                OfficialDocument.imported_at,
            )
            .join(Standard, Standard.id == OfficialDocument.standard_id)
            .where(OfficialDocument.imported_by_id == user_id)
            .order_by(OfficialDocument.id),
        ),
    )


def _item(query: Select[*tuple[Any, ...]]) -> Select[Any]:
    """Join an item's checklist, project and requirement to a question that has come to the item."""
    return (
        query.join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Project, Project.id == Checklist.project_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
    )


def _project(table: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(PROJECT, *columns).join(
        Project, Project.id == table.project_id
    )
    return query.order_by(table.id)
