"""The library of standards."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from checklist_app.domain.permissions import Permission
from checklist_app.queries.standards import requirement_lines, standard_card, standard_cards
from checklist_app.web.access import requires
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = Blueprint("standards", __name__, url_prefix="/standards")


@blueprint.get("")
@requires(Permission.STANDARD_VIEW)
def index() -> ResponseReturnValue:
    """Show every standard of the library."""
    cards = standard_cards(db_session(), reader_language())
    return render_template("standards/index.html", standards=cards)


@blueprint.get("/<key>/<version>")
@requires(Permission.STANDARD_VIEW)
def show(key: str, version: str) -> ResponseReturnValue:
    """Show one standard with its requirements."""
    card = standard_card(db_session(), key, version, reader_language())
    requirements = requirement_lines(db_session(), card.id, reader_language())
    return render_template("standards/show.html", standard=card, requirements=requirements)
