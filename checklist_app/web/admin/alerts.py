"""Alerts, for administrators and auditors; administrators acknowledge them and set the rules."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.alerts import AlertRule, Threshold
from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.queries.security import alert_lines, rule_lines
from checklist_app.services import alerts
from checklist_app.web.access import actor, recent_auth, requires
from checklist_app.web.filters import told
from checklist_app.web.forms import form_number, form_text
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session

blueprint = Blueprint("alerts", __name__, url_prefix="/admin/alerts")

REFUSED = 422


@blueprint.get("")
@requires(Permission.SECURITY_VIEW)
def index() -> ResponseReturnValue:
    """Show alerts, open ones first."""
    only_open = request.args.get("state") == "open"
    return render_template(
        "admin/alerts.html",
        alerts=alert_lines(db_session(), actor(), only_open=only_open),
        only_open=only_open,
    )


@blueprint.post("/<int:alert_id>/acknowledge")
@requires(Permission.SECURITY_MANAGE)
def acknowledge(alert_id: int) -> ResponseReturnValue:
    """Note that somebody has seen to an alert."""
    alerts.acknowledge(db_session(), actor(), alert_id, form_text("note"))
    done(gettext("The alert is acknowledged."))
    return redirect(url_for("alerts.index"), 303)


@blueprint.get("/rules")
@requires(Permission.SECURITY_VIEW)
def rules() -> ResponseReturnValue:
    """Show when each rule raises its alert."""
    return _rules()


@blueprint.post("/rules/<rule>")
@requires(Permission.SECURITY_MANAGE)
@recent_auth(_l("Change when a rule raises its alert"))
def set_rule(rule: str) -> ResponseReturnValue:
    """Set when a rule raises its alert."""
    if rule not in set(AlertRule):
        raise NotFound
    try:
        wanted = Threshold(
            form_number("threshold"), form_number("minutes"), request.form.get("is_on") == "on"
        )
        alerts.set_threshold(db_session(), actor(), AlertRule(rule), wanted)
    except InvalidInput as error:
        return _rules(AlertRule(rule), told(error.text)), REFUSED
    done(gettext("Saved."))
    return redirect(url_for("alerts.rules"), 303)


def _rules(refused: AlertRule | None = None, message: str = "") -> str:
    return render_template(
        "admin/alert_rules.html",
        rules=rule_lines(db_session(), actor()),
        refused=refused,
        message=message,
        typed=request.form,
    )
