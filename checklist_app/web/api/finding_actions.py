"""What people do to many findings at once: previewed, confirmed, shown, undone."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from apiflask import APIBlueprint
from flask import url_for
from pydantic import Field

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import (
    FindingMark,
    FindingStatus,
    Outcome,
    Severity,
    TriageKind,
)
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.queries.triage import action_view, actions_before
from checklist_app.services import triage, triage_undo
from checklist_app.services.clock import today
from checklist_app.services.triage import Selection, Terms
from checklist_app.services.triage_effects import ItemEffect, Preview, Suggested
from checklist_app.web.access import project, requires
from checklist_app.web.api.operations import Created, Operation
from checklist_app.web.api.paging import page, start_of
from checklist_app.web.api.schemas import Input, Key, Line, ListQuery, LongText, Output, Page
from checklist_app.web.filters import told
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint(
    "finding_actions", __name__, url_prefix="/projects/<slug>/findings/actions"
)

MOST_NAMED = 500


class Action(Output):
    """Something that was done to findings; ``undone_at`` is null while it stands."""

    id: int
    kind: TriageKind
    reason: str
    expires_on: date | None
    acted_by: str
    created_at: datetime
    undone_by: str
    undone_at: datetime | None


class ChangedFinding(Output):
    """A finding that an action changed; ``is_restored`` is null until it is undone."""

    id: int
    severity: Severity
    status: FindingStatus
    mark: FindingMark | None
    is_restored: bool | None


class ActionInFull(Action):
    """An action with the first 500 findings that it changed, worst first."""

    count: int
    findings: list[ChangedFinding]


class Proposal(Output):
    """What tools propose for an item, and how many findings say so."""

    outcome: Outcome
    findings: int


class Effect(Output):
    """An item for which tools will propose something else; null stands for nothing."""

    checklist_number: int
    identifier: str
    verdict: Outcome | None
    before: Proposal | None
    after: Proposal | None


class LeftAlone(Output):
    """A finding that stays as it is, and why."""

    id: int
    why: str


class ActionPreview(Output):
    """Exactly what an action would do; ``digest`` confirms it."""

    worded: ClassVar[frozenset[str]] = frozenset({"left_alone"})

    kind: TriageKind
    changed: list[int]
    left_alone: list[LeftAlone]
    effects: list[Effect]
    planned: list[str] = Field(description=str(text("Items that get a plan: `1/IN-01`.")))
    digest: str


class Filters(Input):
    """Which findings are meant when none is named; empty asks for all."""

    q: Line = ""
    severity: Severity | None = None
    status: FindingStatus | None = None
    tool: Line = ""
    rule: Line = ""
    item: Line = ""
    mark: FindingMark | None = None


class Wanted(Input):
    """What is to be done to which findings: those that are named, else all that filters match."""

    kind: TriageKind
    findings: list[Key] | None = Field(None, min_length=1, max_length=MOST_NAMED)
    filters: Filters = Filters()

    def selection(self) -> Selection:
        """Return what is selected, as the service takes it."""
        given = {name: value or "" for name, value in self.filters.model_dump().items()}
        ids = None if self.findings is None else tuple(dict.fromkeys(self.findings))
        return Selection(ids, FindingFilters(**given))


class NewAction(Wanted):
    """An action that was previewed: accepting asks for a last day, a plan for an owner and one."""

    previewed: str = Field(
        min_length=64, max_length=64, description=str(text("`digest` of the preview."))
    )
    reason: LongText
    expires_on: date | None = None
    owner_id: Key | None = None
    due_on: date | None = None


def shown(slug: str, action_id: int) -> ActionInFull:
    """Return an action of the project."""
    view = action_view(db_session(), project(), action_id, today())
    own = {name: getattr(view.line, name) for name in Action.model_fields}
    found = [
        ChangedFinding.model_validate(
            {
                "id": one.finding.id,
                "severity": one.finding.severity,
                "status": one.finding.status,
                "mark": one.finding.mark,
                "is_restored": one.is_restored,
            }
        )
        for one in view.members
    ]
    return ActionInFull(**own, count=view.line.details["count"], findings=found)


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
@Operation(
    text("List what people did to findings, the newest first"), query=ListQuery, answer=Page[Action]
)
def index(slug: str, query: ListQuery) -> Page[Action]:
    """List the actions."""
    lines = actions_before(db_session(), project(), start_of(query), query.limit + 1)
    return page(query, lines, Action.model_validate, lambda line: line.id)


@blueprint.post("/preview")
@requires(Permission.FINDING_TRIAGE)
@Operation(text("Ask what an action on findings would do"), body=Wanted, answer=ActionPreview)
def preview(slug: str, body: Wanted) -> ActionPreview:
    """Preview an action; nothing is changed."""
    return _previewed(triage.preview_action(db_session(), project(), body.kind, body.selection()))


@blueprint.post("")
@requires(Permission.FINDING_TRIAGE)
@Operation(
    text("Do what was previewed to findings"),
    body=NewAction,
    answer=ActionInFull,
    status=201,
    repeatable=True,
)
def act(slug: str, body: NewAction) -> Created:
    """Do what was previewed."""
    terms = Terms(body.reason, body.expires_on, body.owner_id or 0, body.due_on)
    action = triage.act(
        db_session(), project(), body.kind, body.selection(), terms, previewed=body.previewed
    )
    address = url_for("api.finding_actions.show", slug=slug, action_id=action.id)
    return Created(shown(slug, action.id), address)


@blueprint.get("/<int:action_id>")
@requires(Permission.PROJECT_VIEW)
@Operation(text("Show an action with the findings that it changed"), answer=ActionInFull)
def show(slug: str, action_id: int) -> ActionInFull:
    """Show an action."""
    return shown(slug, action_id)


@blueprint.post("/<int:action_id>/undo")
@requires(Permission.FINDING_TRIAGE)
@Operation(
    text("Give each finding of an action back what it was"), answer=ActionInFull, existing=shown
)
def undo(slug: str, action_id: int) -> ActionInFull:
    """Undo an action, but for what somebody has touched since."""
    triage_undo.undo_action(db_session(), project(), action_id)
    db_session().expire_all()
    return shown(slug, action_id)


def _previewed(found: Preview) -> ActionPreview:
    return ActionPreview(
        kind=found.kind,
        changed=[state.id for state in found.changed],
        left_alone=[LeftAlone(id=one.state.id, why=told(one.reason)) for one in found.refused],
        effects=[_effect(one) for one in found.effects],
        planned=[one.target for one in found.planned],
        digest=found.digest,
    )


def _effect(effect: ItemEffect) -> Effect:
    return Effect(
        checklist_number=effect.checklist_number,
        identifier=effect.identifier,
        verdict=effect.verdict,
        before=_proposal(effect.before),
        after=_proposal(effect.after),
    )


def _proposal(suggested: Suggested | None) -> Proposal | None:
    return None if suggested is None else Proposal.model_validate(suggested)
