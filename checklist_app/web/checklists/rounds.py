"""The next round of a checklist, and what a tailored one proposes to leave out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.models import Checklist
from checklist_app.queries.access import open_checklist
from checklist_app.queries.checklists import checklist_head
from checklist_app.queries.editions import EditionChoice, editions_after
from checklist_app.queries.exclusions import last_profile, proposed_exclusions
from checklist_app.queries.rounds import preview_between
from checklist_app.services.exclusions import confirm_exclusions
from checklist_app.services.rounds import NextRound, start_round
from checklist_app.web.access import project, requires
from checklist_app.web.checklists.forms import NextRoundForm
from checklist_app.web.filters import told
from checklist_app.web.forms import SelectChoice, show_error
from checklist_app.web.languages import reader_language
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session

blueprint = Blueprint("rounds", __name__, url_prefix="/projects/<slug>/checklists/<int:number>")

REFUSED = 422
PREVIEW = "preview"
PREVIEWED = frozenset({"standard", "level", "features"})
"""The fields that the preview rests on."""


@blueprint.route("/next", methods=["GET", "POST"])
@requires(Permission.CHECKLIST_CREATE)
def next_round(slug: str, number: int) -> ResponseReturnValue:
    """Show what the next round would take along, and start it."""
    previous = open_checklist(db_session(), project(), number)
    editions = editions_after(db_session(), previous, reader_language())
    form = _form(previous, editions)
    is_preview = PREVIEW in request.form
    if form.validate_on_submit() and not is_preview:
        wanted = NextRound(
            standard_id=form.standard.data,
            name=form.name.data or "",
            tailoring=form.tailoring(),
            carry_verdicts=form.carry_verdicts.data,
        )
        try:
            started = start_round(db_session(), project(), previous, wanted)
        except InvalidInput as error:
            show_error(form, error)
        else:
            done(gettext("The round has begun. What needs review is marked."))
            return redirect(url_for("checklists.show", slug=slug, number=started.number), 303)
    preview = None
    if not PREVIEWED & set(form.errors):
        preview = preview_between(
            db_session(), previous, form.standard.data, reader_language(), form.tailoring()
        )
    page = render_template(
        "rounds/next_round.html",
        form=form,
        checklist=checklist_head(db_session(), previous, reader_language()),
        preview=preview,
    )
    return page, REFUSED if form.is_submitted() and form.errors and not is_preview else 200


@blueprint.route("/exclusions", methods=["GET", "POST"])
@requires(Permission.VERDICT_RECORD)
def exclusions(slug: str, number: int) -> ResponseReturnValue:
    """Show what is proposed as not applicable, and confirm what a person chose of it."""
    checklist = open_checklist(db_session(), project(), number)
    problem = ""
    if request.method == "POST":
        try:
            confirmed = confirm_exclusions(
                db_session(),
                project(),
                checklist,
                identifiers=request.form.getlist("identifier"),
                language=reader_language(),
            )
        except InvalidInput as error:
            problem = told(error.text)
        else:
            done(
                ngettext(
                    "One requirement is recorded as not applicable.",
                    "%(num)s requirements are recorded as not applicable.",
                    confirmed,
                )
            )
            return redirect(url_for("checklists.show", slug=slug, number=number), 303)
    page = render_template(
        "rounds/exclusions.html",
        checklist=checklist_head(db_session(), checklist, reader_language()),
        proposed=proposed_exclusions(db_session(), checklist, reader_language()),
        form_error=problem,
    )
    return page, REFUSED if problem else 200


def _form(previous: Checklist, editions: list[EditionChoice]) -> NextRoundForm:
    """Return the form, filled with what the earlier round was; the newest edition comes first."""
    profile = previous.features or sorted(last_profile(db_session(), project()))
    form = NextRoundForm(
        data={
            "standard": editions[0].id,
            "level": str(previous.level or ""),
            "name": gettext("%(name)s, next round", name=previous.name)[:120],
            "features": profile,
            "carry_verdicts": True,
        }
        if not request.form
        else None
    )
    form.standard.choices = [
        SelectChoice(str(edition.id), f"{edition.name} {edition.version}") for edition in editions
    ]
    return form
