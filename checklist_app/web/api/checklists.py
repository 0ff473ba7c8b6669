"""Checklists: started, continued, signed off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from apiflask import APIBlueprint
from flask import url_for
from pydantic import Field

from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import Tailoring
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import ChecklistStatus
from checklist_app.queries.access import open_checklist
from checklist_app.queries.checklists import checklist_cards
from checklist_app.services import checklists
from checklist_app.services.rounds import NextRound, start_round
from checklist_app.web.access import project, recent_auth, requires
from checklist_app.web.api.operations import Created, Operation
from checklist_app.web.api.paging import cut
from checklist_app.web.api.projects import Counts
from checklist_app.web.api.schemas import (
    Input,
    Key,
    Line,
    ListQuery,
    LongText,
    Name,
    Output,
    Page,
    TakeWhole,
    exact_keys,
)
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("checklists", __name__, url_prefix="/projects/<slug>/checklists")


class Checklist(Output):
    """A dated pass over one standard."""

    worded: ClassVar[frozenset[str]] = frozenset({"standard_name"})

    number: int
    name: str
    status: ChecklistStatus
    standard_name: str
    standard_version: str
    level: int | None
    counts: Counts
    signed_off_at: datetime | None
    signed_off_by: str


class Wanted(Input):
    """What every new checklist is asked for."""

    standard_id: Key
    name: Name
    level: Annotated[int, Field(ge=1, le=9), TakeWhole] | None = None
    features: list[Feature] | None = Field(
        None,
        max_length=len(Feature),
        description=str(text("What the project has; null takes everything as applicable.")),
    )

    def tailoring(self) -> Tailoring:
        """Return the level and the profile."""
        profile = None if self.features is None else frozenset(self.features)
        return Tailoring(level=self.level, features=profile)


class NewChecklist(Wanted):
    """A first pass over a standard."""


class NewRound(Wanted):
    """A pass that continues an earlier one."""

    carry_verdicts: bool = True


class SignOff(Input):
    """The statement of whoever signs, and why items without a verdict are left."""

    statement: LongText = Field(min_length=1)
    left_reasons: dict[Line, LongText] = Field(
        default_factory=dict, max_length=2000, json_schema_extra=exact_keys
    )


class ChecklistQuery(ListQuery):
    """Which checklists are wanted."""

    status: ChecklistStatus | None = None


def shown(slug: str, number: int) -> Checklist:
    """Return a checklist of the project."""
    for card in checklist_cards(db_session(), project(), reader_language()):
        if card.number == number:
            return Checklist.model_validate(card)
    raise NotFound


def _created(slug: str, number: int) -> Created:
    db_session().flush()
    address = url_for("api.checklists.show", slug=slug, number=number)
    return Created(shown(slug, number), address)


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
@Operation(text("List the checklists of a project"), query=ChecklistQuery, answer=Page[Checklist])
def index(slug: str, query: ChecklistQuery) -> Page[Checklist]:
    """List the checklists."""
    cards = [
        card
        for card in checklist_cards(db_session(), project(), reader_language())
        if query.status in (None, card.status)
    ]
    return cut(query, cards, Checklist.model_validate, "number")


@blueprint.post("")
@requires(Permission.CHECKLIST_CREATE)
@Operation(
    text("Start a checklist over a standard"),
    body=NewChecklist,
    answer=Checklist,
    status=201,
    repeatable=True,
)
def start(slug: str, body: NewChecklist) -> Created:
    """Start a checklist."""
    made = checklists.start_checklist(
        db_session(),
        project(),
        standard_id=body.standard_id,
        name=body.name,
        tailoring=body.tailoring(),
    )
    return _created(slug, made.number)


@blueprint.get("/<int:number>")
@requires(Permission.PROJECT_VIEW)
@Operation(text("Show a checklist"), answer=Checklist)
def show(slug: str, number: int) -> Checklist:
    """Show a checklist."""
    return shown(slug, number)


@blueprint.post("/<int:number>/next")
@requires(Permission.CHECKLIST_CREATE)
@Operation(
    text("Start the next round of a checklist"),
    body=NewRound,
    answer=Checklist,
    status=201,
    repeatable=True,
)
def continue_(slug: str, number: int, body: NewRound) -> Created:
    """Start the next round."""
    previous = open_checklist(db_session(), project(), number)
    wanted = NextRound(body.standard_id, body.name, body.tailoring(), body.carry_verdicts)
    made = start_round(db_session(), project(), previous, wanted)
    return _created(slug, made.number)


@blueprint.post("/<int:number>/sign-off")
@requires(Permission.CHECKLIST_SIGN_OFF)
@recent_auth(text("Sign off a checklist"))
@Operation(
    text("Close a checklist for good"),
    body=SignOff,
    answer=Checklist,
    existing=shown,
    refusals=(409,),
)
def sign_off(slug: str, number: int, body: SignOff) -> Checklist:
    """Sign a checklist off."""
    checklists.sign_off(
        db_session(),
        project(),
        open_checklist(db_session(), project(), number),
        statement=body.statement,
        left_reasons=body.left_reasons,
    )
    return shown(slug, number)
