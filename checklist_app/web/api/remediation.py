"""Gaps and the plans that close them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from apiflask import APIBlueprint

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Outcome, RemediationStatus
from checklist_app.queries.item_follow_up import remediation_of_item
from checklist_app.queries.remediation import gap_lines
from checklist_app.services import remediation
from checklist_app.services.clock import today
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import project, requires
from checklist_app.web.api import items
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.paging import cut
from checklist_app.web.api.schemas import Input, Key, ListQuery, LongText, Output, Page, QueryFlag
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("remediation", __name__, url_prefix="/projects/<slug>")

ON_ITEM = "/checklists/<int:number>/items/<identifier>/remediation"


class Gap(Output):
    """A gap with its plan; ``waived_until`` is set while a waiver is in force."""

    worded: ClassVar[frozenset[str]] = frozenset({"title", "section"})

    checklist_number: int
    checklist_name: str
    identifier: str
    title: str
    section: str
    outcome: Outcome | None
    plan: str
    owner: str
    due_on: date | None
    status: RemediationStatus | None
    overdue: bool
    due_soon: bool
    waived_until: date | None


class Plan(Input):
    """What closes the gap, who does it, until when."""

    plan: LongText
    owner_id: Key
    due_on: date


class Step(Input):
    """How far the plan has come; a new verdict closes it."""

    status: RemediationStatus


class GapQuery(ListQuery):
    """Which gaps are wanted; the most urgent come first."""

    status: RemediationStatus | None = None
    overdue: QueryFlag | None = None


@blueprint.get("/remediation")
@requires(Permission.PROJECT_VIEW)
@Operation(text("List the gaps of a project with their plans"), query=GapQuery, answer=Page[Gap])
def index(slug: str, query: GapQuery) -> Page[Gap]:
    """List the gaps."""
    lines = [
        line
        for line in gap_lines(db_session(), project(), reader_language(), today())
        if query.status in (None, line.status) and query.overdue in (None, line.overdue)
    ]
    return cut(query, lines, Gap.model_validate, "checklist_number", "identifier")


@blueprint.put(ON_ITEM)
@requires(Permission.REMEDIATION_PLAN)
@Operation(
    text("Plan how the gap of an item is closed"),
    body=Plan,
    answer=items.Item,
    existing=items.shown,
    refusals=(409,),
)
def plan(slug: str, number: int, identifier: str, body: Plan) -> items.Item:
    """Plan a remediation."""
    opened = opened_item()
    present = remediation_of_item(db_session(), opened.item, today())
    remediation.plan_remediation(
        db_session(),
        opened,
        plan=body.plan,
        owner_id=body.owner_id,
        due_on=body.due_on,
        row_version=present.row_version if present else 0,
    )
    return items.shown(slug, number, identifier)


@blueprint.put(ON_ITEM + "/status")
@requires(Permission.REMEDIATION_ADVANCE)
@Operation(
    text("Take the plan of an item one step"),
    body=Step,
    answer=items.Item,
    existing=items.shown,
    refusals=(409,),
)
def advance(slug: str, number: int, identifier: str, body: Step) -> items.Item:
    """Take a plan one step."""
    remediation.advance_remediation(db_session(), opened_item(), body.status)
    return items.shown(slug, number, identifier)
