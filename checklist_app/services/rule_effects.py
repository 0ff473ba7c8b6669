"""What follows when somebody corrects where the findings of a rule lead."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.domain.findings import keys_of
from checklist_app.models import Finding, Project
from checklist_app.services import suggestions
from checklist_app.services.corrected_routes import Rule, rules_led_somewhere
from checklist_app.services.routing import routed_keys


def take_effect(session: Session, project: Project, rule: Rule) -> None:
    """Route the rule's findings in a project anew, and note whether they lead anywhere at all.

    Suggestions of open checklists follow; what is signed off stays as it is.
    """
    tool, rule_id = rule
    suggestions.refresh_rule(session, project, rule)
    led = rule in rules_led_somewhere(session, project)
    of_rule = (
        Finding.project_id == project.id,
        Finding.tool == tool,
        Finding.rule_id == rule_id,
    )
    rows = session.execute(select(Finding.id, Finding.cwes, Finding.tags).where(*of_rule)).all()
    keys = {row.id: keys_of(tool, rule_id, row.cwes, row.tags) for row in rows}
    routed = routed_keys(session, {key for found in keys.values() for key in found})
    session.execute(
        update(Finding),
        [
            {"id": id_, "is_routed": led or any(key in routed for key in found)}
            for id_, found in keys.items()
        ],
    )
