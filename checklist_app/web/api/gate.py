"""The gate of a pipeline: whether it may go on, why not, and what the project asks for."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Annotated, ClassVar

from apiflask import APIBlueprint
from pydantic import Field

from checklist_app.domain.gate import (
    HIGHEST_LEVEL,
    MOST_DAYS,
    GatePolicy,
    GateRule,
    policy_in_force,
)
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.queries import gate
from checklist_app.queries.gate_facts import gate_facts
from checklist_app.services.clock import now
from checklist_app.services.gate import set_gate_policy
from checklist_app.web.access import project, requires
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.schemas import (
    FromDigits,
    Input,
    Output,
    Query,
    QueryFlag,
    QueryKey,
    TakeWhole,
)
from checklist_app.web.filters import told
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session, resources

blueprint = APIBlueprint("gate", __name__, url_prefix="/projects/<slug>/gate")


Level = Annotated[int, Field(ge=1, le=HIGHEST_LEVEL)]
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]
DaysAhead = Annotated[int, Field(ge=0, le=MOST_DAYS)]


class Policy(Output):
    """What has to hold for the gate to open; null looks away."""

    level: int | None
    no_open_fail: bool
    severity: Severity | None
    evidence_days: int | None
    no_unassessed: bool
    no_unreviewed: bool
    waiver_days: int | None


class NewPolicy(Input):
    """A policy as a whole."""

    level: Annotated[Level, TakeWhole] | None = None
    no_open_fail: bool = True
    severity: Severity | None = None
    evidence_days: Annotated[Days, TakeWhole] | None = None
    no_unassessed: bool = False
    no_unreviewed: bool = False
    waiver_days: Annotated[DaysAhead, TakeWhole] | None = None


class GateQuery(Query):
    """What is asked for besides the project's own policy: of two wishes, the stricter counts."""

    checklist: QueryKey | None = None
    level: Annotated[Level, FromDigits] | None = None
    no_open_fail: QueryFlag = False
    severity: Severity | None = None
    evidence_days: Annotated[Days, FromDigits] | None = None
    no_unassessed: QueryFlag = False
    no_unreviewed: QueryFlag = False
    waiver_days: Annotated[DaysAhead, FromDigits] | None = None


class GatedChecklist(Output):
    """A checklist that was looked at."""

    number: int
    name: str
    standard: str
    items: int


class ClosedBy(Output):
    """One reason why the gate is closed; a finding may lead to no requirement."""

    rule: GateRule
    why: str
    advice: str
    checklist_number: int | None
    standard: str
    identifier: str
    title: str
    finding_id: int | None
    severity: Severity | None
    url: str


class Gate(Output):
    """What the gate says; ``counts`` are of everything, ``obstacles`` are the first thousand."""

    worded: ClassVar[frozenset[str]] = frozenset({"obstacles", "judged_at"})

    project: str
    passed: bool
    judged_at: datetime
    policy: Policy
    rules: list[GateRule]
    checklists: list[GatedChecklist]
    counts: dict[GateRule, int]
    obstacles: list[ClosedBy] = Field(description=str(text("At most a thousand of them.")))


def shown_policy(slug: str) -> Policy:
    """Return what the project asks for."""
    return Policy.model_validate(gate.own_policy(db_session(), project()) or GatePolicy())


@blueprint.get("")
@requires(Permission.GATE_VIEW)
@Operation(text("Ask the gate whether a pipeline may go on"), query=GateQuery, answer=Gate)
def show(slug: str, query: GateQuery) -> Gate:
    """Judge the checklists of a project."""
    asked = GatePolicy(**{one.name: getattr(query, one.name) for one in fields(GatePolicy)})
    found = gate.judge(
        db_session(),
        project(),
        policy_in_force(gate.own_policy(db_session(), project()), asked),
        reader_language(),
        now(),
        checklist=query.checklist,
    )
    return Gate.model_validate(gate_facts(found, told, resources().config.base_url))


@blueprint.get("/policy")
@requires(Permission.GATE_VIEW)
@Operation(text("Show what the gate of a project asks for"), answer=Policy)
def policy(slug: str) -> Policy:
    """Show the policy."""
    return shown_policy(slug)


@blueprint.put("/policy")
@requires(Permission.PROJECT_EDIT)
@Operation(
    text("Say what the gate of a project asks for"),
    body=NewPolicy,
    answer=Policy,
    existing=shown_policy,
)
def set_policy(slug: str, body: NewPolicy) -> Policy:
    """Change the policy."""
    set_gate_policy(db_session(), project(), GatePolicy(**body.model_dump()))
    return shown_policy(slug)
