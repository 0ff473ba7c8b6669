"""Findings: what tools report, and where each leads."""

from __future__ import annotations

from datetime import date, datetime

from apiflask import APIBlueprint

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import FindingMark, FindingStatus, Severity
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.queries.finding_view import FindingView, finding_view
from checklist_app.queries.findings import findings_after
from checklist_app.services.clock import today
from checklist_app.web.access import project, requires
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.paging import page, start_of
from checklist_app.web.api.schemas import Line, ListQuery, Output, Page, QueryFlag
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("findings", __name__, url_prefix="/projects/<slug>/findings")


class FindingLine(Output):
    """A finding in a list."""

    id: int
    severity: Severity
    status: FindingStatus
    mark: FindingMark | None
    marked_until: date | None
    tool: str
    rule_id: str
    title: str
    location: str
    cwes: list[int]
    occurrences: int
    is_routed: bool


class Place(Output):
    """Where the weakness is."""

    uri: str = ""
    line: int | None = None
    method: str = ""
    parameter: str = ""


class LedTo(Output):
    """An item that the finding leads to, and by which key."""

    checklist_number: int
    identifier: str
    via: str
    confidence: str


class MarkSaid(Output):
    """The act of a person behind a mark: why, who and when. ``expires_on`` ends an acceptance."""

    id: int
    reason: str
    acted_by: str
    created_at: datetime
    expires_on: date | None


class Finding(FindingLine):
    """One finding in full; ``mark_said`` is null while no mark holds."""

    description: str
    tags: list[str]
    locations: list[Place]
    fingerprint: str
    created_at: datetime
    import_id: int
    cvss: float | None
    epss: float | None
    snippet: str
    gone_at: datetime | None
    items: list[LedTo]
    mark_said: MarkSaid | None


class FindingQuery(ListQuery):
    """Which findings are wanted; they come worst first."""

    q: Line = ""
    severity: Severity | None = None
    status: FindingStatus | None = None
    tool: Line = ""
    routed: QueryFlag | None = None
    item: Line = ""


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
@Operation(text("List the findings of a project"), query=FindingQuery, answer=Page[FindingLine])
def index(slug: str, query: FindingQuery) -> Page[FindingLine]:
    """List the findings."""
    filters = FindingFilters(
        q=query.q,
        severity=query.severity or "",
        status=query.status or "",
        tool=query.tool,
        routed={None: "", True: "yes", False: "no"}[query.routed],
        item=query.item,
    )
    lines = findings_after(
        db_session(), project(), filters, start_of(query), query.limit + 1, today()
    )
    return page(
        query, lines, FindingLine.model_validate, lambda line: [line.severity.rank, line.id]
    )


@blueprint.get("/<int:finding_id>")
@requires(Permission.PROJECT_VIEW)
@Operation(text("Show a finding"), answer=Finding)
def show(slug: str, finding_id: int) -> Finding:
    """Show a finding."""
    return _shown(finding_view(db_session(), project(), finding_id, today()))


def _shown(view: FindingView) -> Finding:
    own = {name: getattr(view.line, name) for name in FindingLine.model_fields}
    more = {name: getattr(view, name) for name in Finding.model_fields if name not in own}
    return Finding.model_validate({**own, **more})
