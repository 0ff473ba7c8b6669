"""What tools propose; a person takes it as their verdict, or concludes otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from apiflask import APIBlueprint

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Outcome
from checklist_app.queries.suggestions import WantedSuggestions, suggestions_before
from checklist_app.web.access import project, requires
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.paging import page, start_of
from checklist_app.web.api.schemas import ListQuery, Output, Page, QueryFlag, QueryKey
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("suggestions", __name__, url_prefix="/projects/<slug>/suggestions")


class ProposedOutcome(Output):
    """What tools propose for an item, beside the verdict of people there."""

    worded: ClassVar[frozenset[str]] = frozenset({"title"})

    id: int
    checklist_number: int
    identifier: str
    title: str
    outcome: Outcome
    verdict: Outcome | None
    contradicts: bool
    finding_count: int
    updated_at: datetime


class SuggestionQuery(ListQuery):
    """Which suggestions are wanted: of one checklist, denied by a verdict, without a verdict."""

    checklist_number: QueryKey | None = None
    contradicts: QueryFlag | None = None
    undecided: QueryFlag | None = None


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
@Operation(
    text("List what tools suggest in a project"),
    query=SuggestionQuery,
    answer=Page[ProposedOutcome],
)
def index(slug: str, query: SuggestionQuery) -> Page[ProposedOutcome]:
    """List the suggestions."""
    wanted = WantedSuggestions(query.checklist_number, query.contradicts, query.undecided)
    lines = suggestions_before(
        db_session(),
        project(),
        reader_language(),
        wanted,
        before=start_of(query),
        limit=query.limit + 1,
    )
    return page(query, lines, ProposedOutcome.model_validate, lambda line: line.id)
