"""What people do to many findings at once: previewed, confirmed, shown, undone."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.triage import SelectionChanged
from checklist_app.domain.vocabulary import TriageKind
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.queries.members import members
from checklist_app.queries.triage import action_view, newest_actions
from checklist_app.services import triage, triage_undo
from checklist_app.services.clock import today
from checklist_app.services.triage import Selection, Terms
from checklist_app.web.access import project, requires
from checklist_app.web.filters import told
from checklist_app.web.forms import LARGEST_KEY, form_choice, form_date, form_number, form_text
from checklist_app.web.messages import done, done_with_undo
from checklist_app.web.transaction import db_session, forget

blueprint = Blueprint("finding_actions", __name__, url_prefix="/projects/<slug>/findings/actions")

MOST_TICKED = 500


@blueprint.get("")
@requires(Permission.PROJECT_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show the newest actions of the project."""
    return render_template("findings/actions.html", actions=newest_actions(db_session(), project()))


@blueprint.post("/preview")
@requires(Permission.FINDING_TRIAGE)
def preview(slug: str) -> ResponseReturnValue:
    """Show exactly what an action would do, before it is done."""
    return _preview(form_choice("kind", TriageKind), _selection())


@blueprint.post("")
@requires(Permission.FINDING_TRIAGE)
def act(slug: str) -> ResponseReturnValue:
    """Do what was previewed."""
    kind, selection = form_choice("kind", TriageKind), _selection()
    try:
        action = triage.act(
            db_session(), project(), kind, selection, _terms(kind), previewed=form_text("previewed")
        )
    except InvalidInput as error:
        forget()
        return _preview(kind, selection, error=error), 422
    except SelectionChanged as error:
        forget()
        return _preview(kind, selection, changed=told(error.text)), 409
    count = action.details["count"]
    done_with_undo(
        ngettext("One finding was changed.", "%(num)s findings were changed.", count),
        url_for("finding_actions.undo", slug=slug, action_id=action.id),
    )
    return redirect(url_for("finding_actions.show", slug=slug, action_id=action.id), 303)


@blueprint.get("/<int:action_id>")
@requires(Permission.PROJECT_VIEW)
def show(slug: str, action_id: int) -> ResponseReturnValue:
    """Show one action, the findings that it changed, and the way back."""
    view = action_view(db_session(), project(), action_id, today())
    may_undo = view.line.undone_at is None and triage.may_do(project(), view.line.kind)
    return render_template("findings/action.html", action=view, may_undo=may_undo)


@blueprint.post("/<int:action_id>/undo")
@requires(Permission.FINDING_TRIAGE)
def undo(slug: str, action_id: int) -> ResponseReturnValue:
    """Give each finding back what it was, unless somebody has touched it since."""
    restored, left = triage_undo.undo_action(db_session(), project(), action_id)
    message = ngettext(
        "Undone: one finding is as it was before.",
        "Undone: %(num)s findings are as they were before.",
        restored,
    )
    if left:
        message += " " + ngettext(
            "One was left as it is, because somebody has changed it since; it is listed below.",
            "%(num)s were left as they are, because somebody has changed them since; "
            "they are listed below.",
            left,
        )
    done(message)
    return redirect(url_for("finding_actions.show", slug=slug, action_id=action_id), 303)


def _selection() -> Selection:
    filters = FindingFilters.of(request.form)
    if form_text("which") == "all":
        return Selection(None, filters)
    ticked = (raw for raw in request.form.getlist("finding")[:MOST_TICKED] if raw.isdecimal())
    ids = (int(raw) for raw in ticked if len(raw) <= len(str(LARGEST_KEY)))
    return Selection(tuple(id_ for id_ in dict.fromkeys(ids) if id_ <= LARGEST_KEY), filters)


def _terms(kind: TriageKind) -> Terms:
    is_plan = kind is TriageKind.REMEDIATE
    return Terms(
        reason=form_text("reason"),
        expires_on=form_date("expires_on") if kind is TriageKind.ACCEPT else None,
        owner_id=form_number("owner_id") if is_plan else 0,
        due_on=form_date("due_on") if is_plan else None,
    )


def _preview(
    kind: TriageKind,
    selection: Selection,
    *,
    error: InvalidInput | None = None,
    changed: str = "",
) -> str:
    access = project()
    found = triage.preview_action(db_session(), access, kind, selection)
    return render_template(
        "findings/preview.html",
        preview=found,
        selection=selection,
        members=members(db_session(), access) if kind is TriageKind.REMEDIATE else [],
        changed=changed,
        form_error=told(error.text) if error else "",
        error_field=error.field if error else "",
        typed=request.form,
    )
