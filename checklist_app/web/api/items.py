"""Items of a checklist: what is asked, what people concluded, what tools suggest."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from apiflask import APIBlueprint
from pydantic import Field

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import (
    EvidenceKind,
    Outcome,
    RemediationStatus,
    ReviewStage,
    Severity,
)
from checklist_app.queries.access import open_checklist
from checklist_app.queries.checklists import NOT_ASSESSED, Filters, checklist_overview
from checklist_app.queries.items import item_page
from checklist_app.services import acceptance, assignments, verdicts
from checklist_app.services.clock import today
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import project, requires
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.paging import cut
from checklist_app.web.api.schemas import (
    Input,
    Key,
    Line,
    ListQuery,
    LongText,
    Output,
    Page,
    QueryFlag,
)
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint(
    "items", __name__, url_prefix="/projects/<slug>/checklists/<int:number>/items"
)


class ItemLine(Output):
    """An item in the list of its checklist."""

    worded: ClassVar[frozenset[str]] = frozenset({"title"})

    identifier: str
    title: str
    section: str
    level: int | None
    outcome: Outcome | None
    evidence_count: int
    finding_count: int
    remediation_status: RemediationStatus | None
    waived: bool
    assignee: str
    needs_review: bool
    has_suggestion: bool


class Review(Output):
    """What a second person said of a verdict."""

    decision: ReviewStage
    comment: str
    reviewer: str
    reviewed_at: datetime


class Verdict(Output):
    """A person's conclusion; the rationale is Markdown."""

    number: int
    outcome: Outcome
    rationale: str
    author: str
    recorded_at: datetime
    is_carried: bool
    review: Review | None


class ItemEvidence(Output):
    """A piece of evidence that speaks to the item."""

    id: int
    kind: EvidenceKind
    title: str
    sha256: str


class SuggestedFinding(Output):
    """A finding behind a suggestion, and the key that led it here."""

    id: int
    severity: Severity
    tool: str
    rule_id: str
    title: str
    location: str
    via: str


class Suggestion(Output):
    """What tools propose; never a verdict. ``more`` findings are not listed here."""

    outcome: Outcome
    findings: list[SuggestedFinding]
    more: int
    reported_at: datetime | None
    is_stale: bool
    contradicts: bool


class ItemRemediation(Output):
    """The plan that closes the gap."""

    plan: str
    owner_id: int
    owner_name: str
    due_on: date
    status: RemediationStatus
    overdue: bool


class ItemWaiver(Output):
    """The newest waiver that was not revoked."""

    justification: str
    approved_by: str
    expires_on: date
    expired: bool


class Item(Output):
    """One requirement in one checklist, with everything that is known of it."""

    worded: ClassVar[frozenset[str]] = frozenset(
        {"title", "section_title", "statement", "why", "fix", "verification", "expected_evidence"}
    )

    identifier: str
    title: str
    section_title: str
    level: int | None
    statement: str
    why: str
    fix: str
    verification: list[str]
    expected_evidence: list[str]
    cwes: list[int]
    outcome: Outcome | None
    left_reason: str
    assignee_id: int | None
    due_on: date | None
    needs_review: bool
    review_stage: ReviewStage | None
    verdict: Verdict | None
    history: list[Verdict]
    evidence: list[ItemEvidence]
    suggestion: Suggestion | None
    remediation: ItemRemediation | None
    waiver: ItemWaiver | None


class ItemQuery(ListQuery):
    """Which items are wanted."""

    q: Line = ""
    outcome: Outcome | None = None
    not_assessed: QueryFlag = False
    section: Line = ""
    suggestion: QueryFlag = False
    no_evidence: QueryFlag = False
    needs_review: QueryFlag = False


class NewVerdict(Input):
    """A conclusion and what it rests on, in Markdown."""

    outcome: Outcome
    rationale: LongText


class Assignment(Input):
    """Who assesses the item, and until when; null takes it back."""

    assignee_id: Key | None
    due_on: date | None = Field(None)


def shown(slug: str, number: int, identifier: str) -> Item:
    """Return an item of the project."""
    return Item.model_validate(item_page(db_session(), opened_item(), reader_language(), today()))


def _after_change(slug: str, number: int, identifier: str) -> Item:
    db_session().flush()
    return shown(slug, number, identifier)


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
@Operation(text("List the items of a checklist"), query=ItemQuery, answer=Page[ItemLine])
def index(slug: str, number: int, query: ItemQuery) -> Page[ItemLine]:
    """List the items."""
    checklist = open_checklist(db_session(), project(), number)
    filters = Filters(
        q=query.q,
        outcome=NOT_ASSESSED if query.not_assessed else (query.outcome or ""),
        section=query.section,
        suggestion=query.suggestion,
        no_evidence=query.no_evidence,
        needs_review=query.needs_review,
    )
    page = checklist_overview(db_session(), checklist, reader_language(), filters, today())
    rows = [row for section in page.sections for row in section.items]
    return cut(query, rows, ItemLine.model_validate, "identifier")


@blueprint.get("/<identifier>")
@requires(Permission.PROJECT_VIEW)
@Operation(text("Show an item"), answer=Item)
def show(slug: str, number: int, identifier: str) -> Item:
    """Show an item."""
    return shown(slug, number, identifier)


@blueprint.post("/<identifier>/verdicts")
@requires(Permission.VERDICT_RECORD)
@Operation(
    text("Record a verdict on an item"),
    body=NewVerdict,
    answer=Item,
    status=201,
    existing=shown,
    refusals=(409,),
)
def record_verdict(slug: str, number: int, identifier: str, body: NewVerdict) -> Item:
    """Record a verdict."""
    opened = opened_item()
    verdicts.record_verdict(
        db_session(),
        opened,
        outcome=body.outcome,
        rationale=body.rationale,
        row_version=opened.item.row_version,
    )
    return _after_change(slug, number, identifier)


@blueprint.post("/<identifier>/accept")
@requires(Permission.VERDICT_RECORD)
@Operation(
    text("Take what tools suggest as one's own verdict"),
    answer=Item,
    status=201,
    existing=shown,
    refusals=(409,),
)
def accept(slug: str, number: int, identifier: str) -> Item:
    """Accept a suggestion."""
    opened = opened_item()
    acceptance.accept_suggestion(db_session(), opened, row_version=opened.item.row_version)
    return _after_change(slug, number, identifier)


@blueprint.put("/<identifier>/assignment")
@requires(Permission.VERDICT_RECORD)
@Operation(
    text("Give an item to a member, or to nobody"),
    body=Assignment,
    answer=Item,
    existing=shown,
    refusals=(409,),
)
def assign(slug: str, number: int, identifier: str, body: Assignment) -> Item:
    """Assign an item."""
    opened = opened_item()
    assignments.assign_item(db_session(), opened, assignee_id=body.assignee_id, due_on=body.due_on)
    db_session().refresh(opened.item)
    return _after_change(slug, number, identifier)
