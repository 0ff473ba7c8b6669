"""Whose turn it is in a lane of background work: who was served least, and longest ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from checklist_app.domain.lanes import KINDS, MOST_IN_FLIGHT_OF_HOOK, Lane
from checklist_app.domain.vocabulary import JobState
from checklist_app.models import Job, Webhook

REMEMBERED = timedelta(hours=1)
"""Who was served before that counts as never served."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Party:
    """Whose jobs they are: a project's, a webhook's, or nobody's."""

    project_id: int | None
    webhook_id: int | None

    @property
    def jobs(self) -> ColumnElement[bool]:
        """The condition on ``Job`` that it is theirs."""
        return (Job.project_id == self.project_id) & (Job.webhook_id == self.webhook_id)


@dataclass(slots=True)
class _Served:
    running: int = 0
    last: datetime = _NEVER

    def add(self, running: int, last: datetime | None) -> None:
        self.running += running
        self.last = max(self.last, last or _NEVER)


def is_due(moment: datetime) -> ColumnElement[bool]:
    """Return the condition on ``Job`` that it waits, or that its worker has gone silent."""
    return or_(
        (Job.state == JobState.QUEUED) & (Job.run_after <= moment),
        (Job.state == JobState.RUNNING) & (Job.lease_until < moment),
    )


def parties_due(session: Session, lane: Lane, moment: datetime) -> list[Party]:
    """Return who has a job due in a lane, whose turn it is first.

    That is the project with the fewest jobs running, then the one served longest ago; among the
    webhooks of a project likewise. A webhook that is being called already has no turn.
    """
    due = session.execute(
        select(Job.project_id, Job.webhook_id, Webhook.project_id, func.min(Job.run_after))
        .outerjoin(Webhook, Webhook.id == Job.webhook_id)
        .where(is_due(moment), Job.kind.in_(KINDS[lane]))
        .group_by(Job.project_id, Job.webhook_id, Webhook.project_id)
    ).all()
    if not due or (len(due) == 1 and due[0].webhook_id is None):
        return [Party(row[0], row[1]) for row in due]
    projects, hooks = _served(session, lane, moment)
    ranked = []
    for own_project, hook_id, hooks_project, oldest in due:
        of_hook = hooks.get(hook_id, _Served()) if hook_id is not None else _Served()
        if of_hook.running >= MOST_IN_FLIGHT_OF_HOOK:
            continue
        of_project = projects.get(own_project or hooks_project, _Served())
        turn = (of_project.running, of_project.last, of_hook.last, oldest)
        ranked.append((turn, Party(own_project, hook_id)))
    return [party for _, party in sorted(ranked, key=lambda one: one[0])]


def _served(
    session: Session, lane: Lane, moment: datetime
) -> tuple[dict[int | None, _Served], dict[int | None, _Served]]:
    """Return how projects, and webhooks, were served lately in a lane."""
    is_running = (Job.state == JobState.RUNNING) & (Job.lease_until >= moment)
    rows = session.execute(
        select(
            Job.project_id,
            Job.webhook_id,
            Webhook.project_id,
            func.count(case((is_running, 1))),
            func.max(Job.begun_at),
        )
        .outerjoin(Webhook, Webhook.id == Job.webhook_id)
        .where(
            Job.kind.in_(KINDS[lane]),
            or_(Job.begun_at > moment - REMEMBERED, Job.state == JobState.RUNNING),
        )
        .group_by(Job.project_id, Job.webhook_id, Webhook.project_id)
    )
    projects: dict[int | None, _Served] = {}
    hooks: dict[int | None, _Served] = {}
    for own_project, hook_id, hooks_project, running, last in rows:
        projects.setdefault(own_project or hooks_project, _Served()).add(running, last)
        hooks.setdefault(hook_id, _Served()).add(running, last)
    return projects, hooks
