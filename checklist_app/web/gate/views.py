"""The page of the gate: its policy, tried before it is saved, and what keeps it closed."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.gate import MEANINGS, GatePolicy, policy_in_force
from checklist_app.domain.permissions import Permission
from checklist_app.queries.gate import Judgement, judge, own_policy
from checklist_app.services.clock import now
from checklist_app.services.gate import set_gate_policy
from checklist_app.web.access import project, requires
from checklist_app.web.forms import show_error
from checklist_app.web.gate.forms import GateForm
from checklist_app.web.languages import reader_language
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session

blueprint = Blueprint("gate", __name__, url_prefix="/projects/<slug>/gate")

REFUSED = 422
SHOWN = 20
"""Obstacles on the page; the interface for programs gives them all."""


@blueprint.get("")
@requires(Permission.GATE_VIEW)
def show(slug: str) -> ResponseReturnValue:
    """Show the policy, and what the gate says now."""
    own = own_policy(db_session(), project())
    policy = policy_in_force(own, GatePolicy())
    return _page(_form(policy), policy, is_own=own is not None)


@blueprint.post("")
@requires(Permission.PROJECT_EDIT)
def change(slug: str) -> ResponseReturnValue:
    """Try a policy, or save it."""
    own = own_policy(db_session(), project())
    form = GateForm()
    if not form.validate_on_submit():
        page = _page(form, policy_in_force(own, GatePolicy()), is_own=own is not None)
        return page, REFUSED
    if "try" in request.form:
        return _page(form, form.policy(), is_own=own is not None, is_tried=True)
    try:
        set_gate_policy(db_session(), project(), form.policy())
    except InvalidInput as error:
        show_error(form, error)
        page = _page(form, policy_in_force(own, GatePolicy()), is_own=own is not None)
        return page, REFUSED
    done(gettext("Saved. It holds for every pipeline from now on."))
    return redirect(url_for("gate.show", slug=slug), 303)


def _form(policy: GatePolicy) -> GateForm:
    # An absent severity is the empty choice, which None is not.
    return GateForm(obj=policy, severity=policy.severity.value if policy.severity else "")


def _page(form: GateForm, policy: GatePolicy, *, is_own: bool, is_tried: bool = False) -> str:
    found = _judged(policy)
    counted = Counter(one.rule for one in found.obstacles) if found else Counter()
    return render_template(
        "gate/show.html",
        form=form,
        is_own=is_own,
        is_tried=is_tried,
        judgement=found,
        broken=[(MEANINGS[rule], counted[rule]) for rule in policy.rules],
        obstacles=found.obstacles[:SHOWN] if found else (),
    )


def _judged(policy: GatePolicy) -> Judgement | None:
    """Return what the gate says; None while there is nothing to judge."""
    try:
        return judge(db_session(), project(), policy, reader_language(), now())
    except NotFound:
        return None
