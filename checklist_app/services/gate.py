"""What a project asks of its checklists before a pipeline goes on."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from checklist_app.domain.gate import GatePolicy
from checklist_app.domain.permissions import Permission
from checklist_app.models import ProjectGate
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.gate import own_policy
from checklist_app.services import audit


def set_gate_policy(session: Session, access: ProjectAccess, policy: GatePolicy) -> None:
    """Say what the gate of a project asks for; the same again changes nothing.

    Raises:
        Forbidden: only an owner may.
        InvalidInput: a number is out of its bounds.
    """
    access.require(Permission.PROJECT_EDIT)
    policy.check()
    if policy == own_policy(session, access):
        return
    row = session.get(ProjectGate, access.project.id)
    if row is None:
        row = ProjectGate(project_id=access.project.id)
        session.add(row)
    said = asdict(policy)
    for name, value in said.items():
        setattr(row, name, value)
    session.flush()
    audit.record(
        session,
        access.actor,
        "project:gate:policy",
        access.project.slug,
        project_id=access.project.id,
        **said,
    )
