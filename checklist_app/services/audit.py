"""The only writer of the audit log."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.models import Event
from checklist_app.services import security_events, webhook_events
from checklist_app.services.clock import now

LONGEST_TARGET = 200


def record(
    session: Session,
    actor: Actor | None,
    name: str,
    target: str,
    *,
    project_id: int | None = None,
    **details: Any,
) -> None:
    """Add one event to the caller's transaction: no change without its event, and none besides.

    Args:
        session: the transaction that makes the change.
        actor: who did it; None for the system itself.
        name: ``area:thing:verb``, such as ``project:verdict:record``.
        target: what it was done to, as people know it.
        project_id: the project it belongs to, if any.
        details: JSON values that tell what changed; never a secret, never personal text.
    """
    if actor is not None and actor.token_name:
        details["token"] = actor.token_name
    event = Event(
        happened_at=now(),
        project_id=project_id,
        actor_id=actor.user_id if actor else None,
        name=name,
        target=target[:LONGEST_TARGET],
        details=details,
        address=actor.address if actor else "",
        request_id=actor.request_id if actor else "",
    )
    session.add(event)
    security_events.mirror(session, event)
    webhook_events.notice(session, event)
