"""What webhooks are told of: queued in the transaction of what happened, sent by the worker.

A message names things by number and link, and counts them; what a finding or a verdict says stays
here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.domain.webhooks import (
    MOST_WAITING_OF_HOOK,
    WAIVER_NOTICE_DAYS,
    DeliveryState,
    HookEvent,
)
from checklist_app.models import (
    Alert,
    Checklist,
    ChecklistItem,
    Event,
    Job,
    Project,
    Requirement,
    Waiver,
    Webhook,
    WebhookDelivery,
)
from checklist_app.services.clock import now, today

_TOLD: Mapping[str, HookEvent] = {
    "project:verdict:record": HookEvent.VERDICT,
    "project:scan:import": HookEvent.IMPORT,
    "project:report:issue": HookEvent.REPORT,
}
"""Events of the audit log that are told as they are."""
_MAY_MOVE_THE_GATE = (
    "project:checklist:",
    "project:evidence:",
    "project:finding:",
    "project:gate:",
    "project:review:",
    "project:scan:import",
    "project:verdict:",
    "project:waiver:",
)
TOO_MANY = text(
    "Not sent: %(count)s messages of this webhook wait already.", count=MOST_WAITING_OF_HOOK
)
_COUNTS = ("read", "new", "changed", "reopened", "gone", "closed")


def notice(session: Session, event: Event) -> None:
    """Queue what the webhooks of a project are told of an event that was just written."""
    told = _TOLD.get(event.name)
    moves = event.name.startswith(_MAY_MOVE_THE_GATE)
    if event.project_id is None or not (told or moves):
        return
    hooks = listening(session, event.project_id)
    if told and any(told in hook.events for hook in hooks):
        slug = session.get_one(Project, event.project_id).slug
        path, data = _message(told, slug, event)
        for hook in hooks:
            if told in hook.events:
                queue(session, hook, told, data, path=path)
    if moves and any(HookEvent.GATE in hook.events for hook in hooks):
        watch_gate(session, event.project_id)


def listening(session: Session, project_id: int | None) -> list[Webhook]:
    """Return the webhooks of a project that are on; of the system where it is None."""
    return list(
        session.scalars(
            select(Webhook)
            .where(Webhook.project_id == project_id, Webhook.is_on)
            .order_by(Webhook.id)
        )
    )


def queue(
    session: Session,
    hook: Webhook,
    event: HookEvent,
    data: dict[str, Any],
    *,
    path: str = "",
    subject: str | None = None,
) -> WebhookDelivery:
    """Queue one message; it is sent after the caller's transaction is committed.

    Where too many of this webhook wait already it is written down as not sent.

    Args:
        session: the transaction of the caller.
        hook: where it goes.
        event: what it is about.
        data: ids, links and counts; nothing that a person or a tool wrote.
        path: where a person looks at it, below the base address.
        subject: what it is told about once.
    """
    delivery = WebhookDelivery(
        webhook_id=hook.id,
        public_id=str(uuid.uuid4()),
        event=event,
        subject=subject,
        path=path,
        data=data,
        created_at=now(),
    )
    if too_many_wait(session, hook.id):
        delivery.state = DeliveryState.FAILED
        delivery.trouble = TOO_MANY.to_json()
    session.add(delivery)
    session.flush()
    if delivery.state is not DeliveryState.FAILED:
        send_again(session, delivery)
    return delivery


def too_many_wait(session: Session, hook_id: int) -> bool:
    """Return whether so many messages of a webhook wait that no more are queued."""
    waiting = session.scalar(
        select(func.count())
        .select_from(WebhookDelivery)
        .where(
            WebhookDelivery.webhook_id == hook_id,
            WebhookDelivery.state == DeliveryState.WAITING,
        )
    )
    return (waiting or 0) >= MOST_WAITING_OF_HOOK


def send_again(session: Session, delivery: WebhookDelivery) -> None:
    """Add the job that sends a message."""
    session.add(
        Job(
            kind=JobKind.SEND_WEBHOOK,
            webhook_id=delivery.webhook_id,
            payload={"delivery_id": delivery.id},
            run_after=now(),
            created_at=now(),
        )
    )


def watch_gate(session: Session, project_id: int) -> None:
    """Add the job that looks whether the gate of a project moved, unless one waits already.

    One that waits is held: a worker that took it now would look before the caller has committed.
    One that a worker is about to take, or that somebody else holds, does not count.
    """
    waiting = session.scalar(
        select(Job.id)
        .where(
            Job.kind == JobKind.WATCH_GATE,
            Job.project_id == project_id,
            Job.state == JobState.QUEUED,
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if waiting is None:
        session.add(
            Job(
                kind=JobKind.WATCH_GATE,
                project_id=project_id,
                payload={},
                run_after=now(),
                created_at=now(),
            )
        )


def tell_gate(session: Session, project: Project, counts: Mapping[str, int]) -> None:
    """Tell the webhooks that last heard something else whether the gate is open."""
    is_open = not any(counts.values())
    for hook in listening(session, project.id):
        if HookEvent.GATE in hook.events and hook.gate_was_open is not is_open:
            hook.gate_was_open = is_open
            data = {"open": is_open, "counts": dict(counts)}
            queue(session, hook, HookEvent.GATE, data, path=f"/projects/{project.slug}")


def tell_time(session: Session) -> None:
    """Queue what comes with time alone: waivers that end soon, and gates that may have moved."""
    hooks = session.scalars(select(Webhook).where(Webhook.project_id.is_not(None), Webhook.is_on))
    for hook in list(hooks):
        project = session.get_one(Project, hook.project_id)
        if HookEvent.GATE in hook.events:
            watch_gate(session, project.id)
        if HookEvent.WAIVER_EXPIRY in hook.events:
            _tell_waivers(session, hook, project)


def tell_alert(session: Session, alert: Alert) -> None:
    """Tell the webhooks of the system of a security alert; whom it is about is not told."""
    for hook in listening(session, None):
        if HookEvent.SECURITY_ALERT in hook.events:
            data = {"alert": alert.id, "rule": alert.rule.value, "count": alert.count}
            queue(
                session,
                hook,
                HookEvent.SECURITY_ALERT,
                data,
                path=f"/admin/alerts#alert-{alert.id}",
                subject=f"alert-{alert.id}",
            )


def _message(told: HookEvent, slug: str, event: Event) -> tuple[str, dict[str, Any]]:
    base = f"/projects/{slug}"
    if told is HookEvent.VERDICT:
        number, _, identifier = event.target.partition("/")
        path = f"{base}/checklists/{number}/items/{identifier}"
        outcome = event.details.get("outcome")
        return path, {
            "checklist": int(number),
            "requirement": identifier,
            "outcome": outcome,
            "verdict": event.details.get("number"),
        }
    if told is HookEvent.IMPORT:
        scan = event.details["scan_import_id"]
        counts = {name: event.details.get(name, 0) for name in _COUNTS}
        return f"{base}/scans/{scan}", {"scan": scan, "counts": counts}
    return f"{base}/reports/{event.target}", {
        "report": int(event.target),
        "pdf_sha256": event.details.get("pdf_sha256"),
    }


def _tell_waivers(session: Session, hook: Webhook, project: Project) -> None:
    soon = today() + timedelta(days=WAIVER_NOTICE_DAYS)
    known = set(
        session.scalars(
            select(WebhookDelivery.subject).where(
                WebhookDelivery.webhook_id == hook.id,
                WebhookDelivery.event == HookEvent.WAIVER_EXPIRY,
            )
        )
    )
    rows = session.execute(
        select(Waiver, Checklist.number, Requirement.identifier)
        .join(ChecklistItem, ChecklistItem.id == Waiver.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(
            Checklist.project_id == project.id,
            Waiver.revoked_at.is_(None),
            Waiver.expires_on.between(today(), soon),
        )
        .order_by(Waiver.id)
    )
    for waiver, number, identifier in rows:
        subject = f"waiver-{waiver.id}"
        if subject not in known:
            data = {
                "checklist": number,
                "requirement": identifier,
                "last_day": waiver.expires_on.isoformat(),
            }
            path = f"/projects/{project.slug}/checklists/{number}/items/{identifier}"
            queue(session, hook, HookEvent.WAIVER_EXPIRY, data, path=path, subject=subject)
