"""Checklists, their items and verdicts."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import Outcome, ReviewStage
from checklist_app.domain.workflow import check_open
from checklist_app.queries.access import open_checklist
from checklist_app.queries.checklists import Filters, checklist_overview
from checklist_app.queries.exclusions import last_profile
from checklist_app.queries.sign_off import SignOffPage, sign_off_page
from checklist_app.queries.standards import standard_cards
from checklist_app.services import acceptance, assignments, checklists, reviews, verdicts
from checklist_app.services.clock import today
from checklist_app.web import item_pages
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import project, recent_auth, requires, wants_fragment
from checklist_app.web.checklists.forms import StartForm
from checklist_app.web.filters import markdown, told
from checklist_app.web.forms import (
    SelectChoice,
    form_choice,
    form_date,
    form_number,
    form_text,
    show_error,
)
from checklist_app.web.languages import reader_language
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session

blueprint = Blueprint("checklists", __name__, url_prefix="/projects/<slug>")

REFUSED = 422
REASON_PREFIX = "reason-"


@blueprint.route("/checklists/new", methods=["GET", "POST"])
@requires(Permission.CHECKLIST_CREATE)
def create(slug: str) -> ResponseReturnValue:
    """Start a checklist from a standard."""
    standards = standard_cards(db_session(), reader_language())
    form = StartForm(data=None if request.form else {"features": _last_profile()})
    form.standard.choices = [
        SelectChoice(str(card.id), f"{card.name} {card.version}") for card in standards
    ]
    if form.validate_on_submit():
        try:
            checklist = checklists.start_checklist(
                db_session(),
                project(),
                standard_id=form.standard.data,
                name=form.name.data or "",
                tailoring=form.tailoring(),
            )
        except InvalidInput as error:
            show_error(form, error)
        else:
            target = url_for("checklists.show", slug=slug, number=checklist.number)
            return redirect(target, 303)
    status = REFUSED if form.is_submitted() else 200
    return render_template("checklists/create.html", form=form, standards=standards), status


def _last_profile() -> list[str]:
    return sorted(last_profile(db_session(), project()))


@blueprint.get("/checklists/<int:number>")
@requires(Permission.PROJECT_VIEW)
def show(slug: str, number: int) -> ResponseReturnValue:
    """Show the workspace: every item by section."""
    checklist = open_checklist(db_session(), project(), number)
    filters = Filters(
        q=request.args.get("q", "").strip()[:200],
        outcome=request.args.get("outcome", ""),
        section=request.args.get("section", ""),
        suggestion="suggestion" in request.args,
        no_evidence="no_evidence" in request.args,
        needs_review="needs_review" in request.args,
        state=request.args.get("state", ""),
    )
    overview = checklist_overview(db_session(), checklist, reader_language(), filters, today())
    template = "checklists/_list.html" if wants_fragment() else "checklists/show.html"
    return render_template(
        template,
        checklist=overview.checklist,
        sections=overview.sections,
        counts=overview.counts,
        filters=overview.filters,
        next_open=overview.next_open,
        proposed=overview.proposed_exclusions,
        to_review=overview.needs_review,
        states=overview.states,
    )


@blueprint.get("/checklists/<int:number>/items/<identifier>")
@requires(Permission.PROJECT_VIEW)
def item(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Show one item."""
    return item_pages.shown(opened_item())


@blueprint.post("/checklists/<int:number>/items/<identifier>/verdict")
@requires(Permission.VERDICT_RECORD)
def record_verdict(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Record a verdict."""
    opened = opened_item()
    try:
        verdicts.record_verdict(
            db_session(),
            opened,
            outcome=form_choice("outcome", Outcome),
            rationale=form_text("rationale"),
            row_version=form_number("row_version"),
        )
    except InvalidInput as error:
        return item_pages.refused(opened, error)
    return item_pages.saved(opened)


@blueprint.post("/checklists/<int:number>/items/<identifier>/accept")
@requires(Permission.VERDICT_RECORD)
def accept_suggestion(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Take what tools suggest as one's own verdict."""
    opened = opened_item()
    try:
        acceptance.accept_suggestion(db_session(), opened, row_version=form_number("row_version"))
    except InvalidInput as error:
        return item_pages.refused(opened, error)
    return item_pages.saved(opened)


@blueprint.post("/checklists/<int:number>/items/<identifier>/review")
@requires(Permission.VERDICT_ACCEPT)
def review(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Accept somebody else's verdict, or send it back."""
    opened = opened_item()
    try:
        reviews.review_verdict(
            db_session(),
            opened,
            number=form_number("verdict_number"),
            decision=form_choice("decision", ReviewStage),
            comment=form_text("comment"),
        )
    except InvalidInput as error:
        return item_pages.refused(opened, error)
    return item_pages.saved(opened)


@blueprint.post("/checklists/<int:number>/items/<identifier>/assign")
@requires(Permission.VERDICT_RECORD)
def assign(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Give an item to a member, or to nobody."""
    opened = opened_item()
    try:
        assignments.assign_item(
            db_session(),
            opened,
            assignee_id=form_number("assignee_id") if form_text("assignee_id") else None,
            due_on=form_date("due_on") if form_text("due_on") else None,
        )
    except InvalidInput as error:
        return item_pages.refused(opened, error)
    return item_pages.saved(opened)


@blueprint.post("/preview")
@requires(Permission.PROJECT_VIEW)
def preview(slug: str) -> ResponseReturnValue:
    """Show how a text in Markdown will look; nothing is stored."""
    return str(markdown(request.form.get("text", "")))


@blueprint.route("/checklists/<int:number>/sign-off", methods=["GET", "POST"])
@requires(Permission.CHECKLIST_SIGN_OFF)
@recent_auth(_l("Sign off a checklist"))
def sign_off(slug: str, number: int) -> ResponseReturnValue:
    """Close a checklist for good."""
    checklist = open_checklist(db_session(), project(), number)
    check_open(checklist.status)
    reasons = {
        name.removeprefix(REASON_PREFIX): value
        for name, value in request.form.items()
        if name.startswith(REASON_PREFIX)
    }
    page = sign_off_page(db_session(), project(), checklist, reader_language(), reasons)
    if request.method == "GET":
        return _sign_off_page(page, statement=_proposed_statement(page), form_error=None)
    try:
        checklists.sign_off(
            db_session(),
            project(),
            checklist,
            statement=form_text("statement"),
            left_reasons=reasons,
        )
    except InvalidInput as error:
        shown = _sign_off_page(page, statement=form_text("statement"), form_error=told(error.text))
        return shown, REFUSED
    done(gettext("Signed off. Now build the signed report."))
    return redirect(url_for("reports.index", slug=slug), 303)


def _sign_off_page(page: SignOffPage, *, statement: str, form_error: str | None) -> str:
    return render_template(
        "checklists/sign_off.html",
        checklist=page.checklist,
        counts=page.counts,
        unassessed=page.unassessed,
        checks=page.checks,
        statement=statement,
        form_error=form_error,
    )


def _proposed_statement(page: SignOffPage) -> str:
    proposed: str = gettext(
        "I have reviewed the verdicts and the evidence of this checklist "
        "(%(standard)s %(version)s) and confirm that they reflect what was found.",
        standard=page.checklist.standard_name,
        version=page.checklist.standard_version,
    )
    return proposed
