"""One attempt to hand a message over: what is sent, and what is noted of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.masking import masked_snippet
from checklist_app.domain.text import Text, text
from checklist_app.domain.webhooks import (
    FAILING_DAYS,
    MOST_ATTEMPTS,
    VERSION,
    DeliveryState,
    signature,
)
from checklist_app.models import Project, Webhook, WebhookDelivery
from checklist_app.services import audit, outbox
from checklist_app.services.clock import now
from checklist_app.services.sealing import Unreadable, is_of_previous_key, seal, unseal
from checklist_app.services.webhooks import sealed_for

SHOWN_OF_ANSWER = 300
GONE = 410
NOT_SENT = text("The webhook is off, or its secret cannot be read any more: renew it.")
USER_AGENT = "OWASP-Checklist-Webhook/1"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it is sent now."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        status: of the answer; None when there was none.
        is_final: whether it would end the same way another time.
    """

    status: int | None = None
    answer: bytes = b""
    milliseconds: int | None = None
    trouble: Text | None = None
    is_final: bool = False

    @property
    def is_taken(self) -> bool:
        """Whether the receiver took the message."""
        return self.status is not None and 200 <= self.status < 300


def prepare(session: Session, config: Config, delivery_id: int) -> Outgoing | None:
    """Return what a delivery sends now; None when it is not wanted any more."""
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None or delivery.state is not DeliveryState.WAITING:
        return None
    if not delivery.webhook.is_on:
        return None
    body = _body(config, delivery)
    moment = int(now().timestamp())
    secret = _secret(config, delivery.webhook)
    if secret is None:
        return None
    return Outgoing(
        delivery.webhook.url,
        body,
        {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Checklist-Delivery": delivery.public_id,
            "Checklist-Event": delivery.event.value,
            "Checklist-Timestamp": str(moment),
            "Checklist-Signature": signature(secret, moment, body),
        },
    )


def note_attempt(
    session: Session, config: Config, delivery_id: int, outcome: Outcome
) -> DeliveryState | None:
    """Write down how an attempt ended; return where the message is now, None if it is gone.

    The webhook is switched off, and its maker told, once nothing was taken for days.
    """
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if delivery is None:
        return None
    delivery.attempts += 1
    delivery.attempted_at = now()
    delivery.status = outcome.status
    delivery.duration_ms = outcome.milliseconds
    delivery.answer = _shown(outcome.answer)
    delivery.trouble = outcome.trouble.to_json() if outcome.trouble else None
    hook = delivery.webhook
    if outcome.is_taken:
        delivery.state = DeliveryState.DELIVERED
        hook.failing_since = None
        return delivery.state
    hook.failing_since = hook.failing_since or now()
    is_over = outcome.is_final or outcome.status == GONE or delivery.attempts >= MOST_ATTEMPTS
    if (now() - hook.failing_since).days >= FAILING_DAYS and hook.is_on:
        _switch_off(session, config, hook)
        is_over = True
    delivery.state = DeliveryState.FAILED if is_over else DeliveryState.WAITING
    return delivery.state


def drop(session: Session, delivery_id: int) -> None:
    """Note that a message was not sent because its webhook is off."""
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is not None and delivery.state is DeliveryState.WAITING:
        delivery.state = DeliveryState.FAILED
        delivery.trouble = NOT_SENT.to_json()


def _secret(config: Config, hook: Webhook) -> str | None:
    """Return the secret, sealed again if the key has changed; None if no key opens it."""
    context = sealed_for(hook)
    try:
        secret = unseal(config, context, hook.secret)
    except Unreadable:
        return None
    if is_of_previous_key(config, context, hook.secret):
        hook.secret = seal(config, context, secret)
    return secret


def _body(config: Config, delivery: WebhookDelivery) -> bytes:
    """Return the same bytes whenever it is sent."""
    hook = delivery.webhook
    said = {
        "version": VERSION,
        "id": delivery.public_id,
        "event": delivery.event.value,
        "occurred_at": delivery.created_at.isoformat(),
        "project": hook.project.slug if hook.project else None,
        "url": config.base_url + delivery.path,
        "data": delivery.data,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


def _shown(answer: bytes) -> str:
    """Return the first bytes of an answer as text, without what looks like a secret."""
    told = answer[:SHOWN_OF_ANSWER].decode("utf-8", "replace")
    return masked_snippet("".join(c if c.isprintable() else " " for c in told))[:500]


def _switch_off(session: Session, config: Config, hook: Webhook) -> None:
    hook.is_on = False
    hook.disabled_at = now()
    area = "project" if hook.project_id else "security"
    audit.record(session, None, f"{area}:webhook:disable", str(hook.id), project_id=hook.project_id)
    project = session.get(Project, hook.project_id) if hook.project_id else None
    where = f"/projects/{project.slug}/webhooks" if project else "/admin/webhooks"
    outbox.notify(
        session,
        config,
        hook.created_by,
        subject=text("A webhook was switched off"),
        body=text(
            "Nothing was taken from webhook %(number)s for %(days)s days, so it was switched off. "
            "Look at its last messages, and switch it on again: %(address)s",
            number=hook.id,
            days=FAILING_DAYS,
            address=config.base_url + where,
        ),
    )
