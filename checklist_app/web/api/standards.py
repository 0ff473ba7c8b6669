"""The library of standards."""

from __future__ import annotations

from typing import ClassVar

from apiflask import APIBlueprint

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import StandardOrigin
from checklist_app.queries.standards import requirement_lines, standard_card, standard_cards
from checklist_app.web.access import requires
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.paging import cut
from checklist_app.web.api.schemas import ListQuery, Output, Page
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("standards", __name__, url_prefix="/standards")


class Standard(Output):
    """One edition of one list."""

    worded: ClassVar[frozenset[str]] = frozenset({"name", "summary"})

    id: int
    key: str
    version: str
    name: str
    summary: str
    licence: str
    attribution: str
    source_url: str
    requirement_count: int
    levels: tuple[int, ...]
    origin: StandardOrigin
    languages: tuple[str, ...]


class Requirement(Output):
    """One node of a standard; sections hold the requirements that follow them."""

    worded: ClassVar[frozenset[str]] = frozenset({"title", "statement"})

    identifier: str
    title: str
    statement: str
    level: int | None
    is_section: bool
    cwes: list[int]


class StandardQuery(ListQuery):
    """Which standards are wanted."""

    origin: StandardOrigin | None = None


@blueprint.get("")
@requires(Permission.STANDARD_VIEW)
@Operation(text("List the standards"), query=StandardQuery, answer=Page[Standard])
def index(query: StandardQuery) -> Page[Standard]:
    """List the standards."""
    cards = [
        card
        for card in standard_cards(db_session(), reader_language())
        if query.origin in (None, card.origin)
    ]
    return cut(query, cards, Standard.model_validate, "key", "version")


@blueprint.get("/<key>/<version>")
@requires(Permission.STANDARD_VIEW)
@Operation(text("Show a standard"), answer=Standard)
def show(key: str, version: str) -> Standard:
    """Show a standard."""
    return Standard.model_validate(standard_card(db_session(), key, version, reader_language()))


@blueprint.get("/<key>/<version>/requirements")
@requires(Permission.STANDARD_VIEW)
@Operation(text("List the requirements of a standard"), query=ListQuery, answer=Page[Requirement])
def requirements(key: str, version: str, query: ListQuery) -> Page[Requirement]:
    """List the requirements."""
    card = standard_card(db_session(), key, version, reader_language())
    lines = requirement_lines(db_session(), card.id, reader_language())
    return cut(query, lines, Requirement.model_validate, "identifier")
