"""The library of standards."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from checklist_app.catalog.cwe import cwe_tree, is_broad
from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.queries import coverage as queries
from checklist_app.queries.areas import chapters, sections
from checklist_app.queries.routes import routes_of_cwe
from checklist_app.queries.standards import requirement_lines, standard_card, standard_cards
from checklist_app.web.access import requires
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

blueprint = Blueprint("standards", __name__, url_prefix="/standards")

MOST_FOUND = 50


@blueprint.get("")
@requires(Permission.STANDARD_VIEW)
def index() -> ResponseReturnValue:
    """Show every standard of the library."""
    cards = standard_cards(db_session(), reader_language())
    return render_template("standards/index.html", standards=cards)


@blueprint.get("/coverage")
@requires(Permission.STANDARD_VIEW)
def coverage() -> ResponseReturnValue:
    """Show how far the findings of tools reach into each list."""
    figures = queries.coverage(db_session(), reader_language())
    return render_template("standards/coverage.html", lists=figures)


@blueprint.get("/cwe")
@requires(Permission.STANDARD_VIEW)
def weaknesses() -> ResponseReturnValue:
    """Find a weakness by its number or a word of its name."""
    wanted = request.args.get("q", "").strip()[:100]
    return render_template(
        "standards/weaknesses.html", q=wanted, found=cwe_tree().search(wanted, MOST_FOUND)
    )


@blueprint.get("/cwe/<int:cwe>")
@requires(Permission.STANDARD_VIEW)
def weakness(cwe: int) -> ResponseReturnValue:
    """Show where a finding with this CWE number arrives, in every list."""
    tree = cwe_tree()
    found = tree.get(cwe)
    if found is None:
        raise NotFound
    return render_template(
        "standards/weakness.html",
        weakness=found,
        is_broad=is_broad(cwe),
        parents=[parent for number in found.parents if (parent := tree.get(number))],
        routes=routes_of_cwe(db_session(), cwe, reader_language()),
    )


@blueprint.get("/<key>/<version>/coverage")
@requires(Permission.STANDARD_VIEW)
def reach(key: str, version: str) -> ResponseReturnValue:
    """Show area by area what tools can reach in a list, and what only a person can tell."""
    session, language = db_session(), reader_language()
    card = standard_card(session, key, version, language)
    return render_template(
        "standards/reach.html",
        standard=card,
        figures=queries.figures_of(session, card.id),
        chapters=chapters(session, card.id, language),
    )


@blueprint.get("/<key>/<version>/coverage/<area>")
@requires(Permission.STANDARD_VIEW)
def reach_of_area(key: str, version: str, area: str) -> ResponseReturnValue:
    """Show requirement by requirement what leads to an area of a list."""
    session, language = db_session(), reader_language()
    card = standard_card(session, key, version, language)
    requirements = queries.covered_requirements(session, card.id, language, area)
    if not requirements:
        raise NotFound
    known = sections(session, card.id, language)
    wanted = request.args.get("only", "")
    return render_template(
        "standards/reach_of_area.html",
        standard=card,
        area=known[area],
        siblings=[one for one in known.values() if one.chapter == known[area].chapter],
        requirements=[one for one in requirements if not wanted or one.person_only],
        filtered=bool(wanted),
    )


@blueprint.get("/<key>/<version>")
@requires(Permission.STANDARD_VIEW)
def show(key: str, version: str) -> ResponseReturnValue:
    """Show one standard with its requirements."""
    card = standard_card(db_session(), key, version, reader_language())
    requirements = requirement_lines(db_session(), card.id, reader_language())
    return render_template("standards/show.html", standard=card, requirements=requirements)
