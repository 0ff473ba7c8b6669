"""Where the findings of rules lead for everybody, corrected by an administrator."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from checklist_app.domain.corrections import FORMAT
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.queries.general_corrections import general_corrections
from checklist_app.queries.standards import standard_cards
from checklist_app.services.general_corrections import (
    GeneralRoute,
    correct_for_everybody,
    undo_for_everybody,
)
from checklist_app.web.access import actor, requires
from checklist_app.web.forms import SelectChoice, show_error
from checklist_app.web.languages import reader_language
from checklist_app.web.library.forms import GeneralRouteForm
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, forget

blueprint = Blueprint("corrections", __name__, url_prefix="/admin/routes")

REFUSED = 422
FIELDS = ("tool", "rule", "standard", "requirement", "leads")


@blueprint.get("")
@requires(Permission.ORGANISATION_VIEW)
def index() -> ResponseReturnValue:
    """Show the corrections in force; an address may name what the form is to say."""
    named = {name: request.args[name][:255] for name in FIELDS if name in request.args}
    return _page(_form(named))


@blueprint.get("/corrections.json")
@requires(Permission.ORGANISATION_VIEW)
def export() -> Response:
    """Give the corrections in force as the file that ``checklist scan check`` takes."""
    in_force, _ = general_corrections(db_session(), actor(), reader_language())
    entries = [
        {
            "tool": one.tool,
            "rule": one.rule_id,
            "standard": one.standard,
            "version": one.version,
            "requirement": one.identifier,
            "leads": one.leads,
        }
        for one in in_force
    ]
    answer = jsonify({"format": FORMAT, "corrections": entries})
    answer.headers["Content-Disposition"] = 'attachment; filename="corrections.json"'
    return answer


@blueprint.post("")
@requires(Permission.LIBRARY_MANAGE)
def add() -> ResponseReturnValue:
    """Say where the findings of a rule lead, or that they do not."""
    form = _form(None)
    if not form.validate_on_submit():
        return _page(form), REFUSED
    route = GeneralRoute(
        tool=form.tool.data or "",
        rule_id=form.rule.data or "",
        standard_id=form.standard.data,
        identifier=form.requirement.data or "",
        leads=form.leads.data == "yes",
    )
    try:
        queued = correct_for_everybody(db_session(), actor(), route)
    except InvalidInput as error:
        forget()
        show_error(form, error)
        return _page(form), REFUSED
    done(gettext("The route is corrected for every project. You can undo it below."))
    return _done(queued)


@blueprint.post("/<int:general_id>/undo")
@requires(Permission.LIBRARY_MANAGE)
def undo(general_id: int) -> ResponseReturnValue:
    """Take a correction back."""
    queued = undo_for_everybody(db_session(), actor(), general_id)
    done(gettext("The correction is undone."))
    return _done(queued)


def _done(queued: int) -> ResponseReturnValue:
    if queued:
        done(
            ngettext(
                "The suggestions of one project follow in the background.",
                "The suggestions of %(num)s projects follow in the background.",
                queued,
            )
        )
    return redirect(url_for("corrections.index"), 303)


def _form(named: dict[str, str] | None) -> GeneralRouteForm:
    form = GeneralRouteForm(data=named)
    form.standard.choices = [
        SelectChoice(str(card.id), f"{card.name} {card.version}")
        for card in standard_cards(db_session(), reader_language())
    ]
    return form


def _page(form: GeneralRouteForm) -> str:
    in_force, changes = general_corrections(db_session(), actor(), reader_language())
    return render_template(
        "library/corrections.html", form=form, corrections=in_force, changes=changes
    )
