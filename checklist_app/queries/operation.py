"""What an operator watches: work that waits, alerts that nobody looked at, messages on their way.

Counts alone, over all projects; nothing of it belongs to a person or a project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.alerts import AlertRule, AlertState
from checklist_app.domain.lanes import KINDS, Lane
from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.domain.webhooks import DeliveryState
from checklist_app.models import Alert, Job, WebhookDelivery, WorkerHeartbeat


@dataclass(frozen=True, slots=True)
class OperationState:
    """One moment of the whole system.

    Attributes:
        jobs: how many there are of each kind and state.
        oldest_due: seconds for which the oldest job has been due without being begun; messages of
            webhooks apart, which wait for hosts of others and are counted by themselves.
        workers: how many were heard of lately.
        alerts: how many there are of each rule and state.
        deliveries: messages of webhooks in each state.
    """

    jobs: Mapping[tuple[JobKind, JobState], int]
    oldest_due: float
    workers: int
    alerts: Mapping[tuple[AlertRule, AlertState], int]
    deliveries: Mapping[DeliveryState, int]


def operation_state(session: Session, moment: datetime, max_age: timedelta) -> OperationState:
    """Return it as of ``moment``; a worker counts that was heard of within ``max_age``."""
    jobs = session.execute(select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state))
    alerts = session.execute(
        select(Alert.rule, Alert.state, func.count()).group_by(Alert.rule, Alert.state)
    )
    deliveries = session.execute(
        select(WebhookDelivery.state, func.count()).group_by(WebhookDelivery.state)
    )
    due = session.scalar(
        select(func.min(Job.run_after)).where(
            Job.state == JobState.QUEUED,
            Job.run_after <= moment,
            Job.kind.not_in(KINDS[Lane.DELIVERIES]),
        )
    )
    workers = session.scalar(
        select(func.count())
        .select_from(WorkerHeartbeat)
        .where(WorkerHeartbeat.seen_at >= moment - max_age)
    )
    return OperationState(
        jobs={(kind, state): number for kind, state, number in jobs},
        oldest_due=0.0 if due is None else (moment - due).total_seconds(),
        workers=workers or 0,
        alerts={(rule, state): number for rule, state, number in alerts},
        deliveries={row[0]: row[1] for row in deliveries},
    )
