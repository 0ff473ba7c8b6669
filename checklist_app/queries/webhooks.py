"""The webhooks of a project or of the system, and what became of their messages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.text import Text
from checklist_app.domain.webhooks import DeliveryState, HookEvent
from checklist_app.models import User, Webhook, WebhookDelivery

SHOWN = 50
MARK_DIGITS = 8


@dataclass(frozen=True, slots=True)
class HookLine:
    """One webhook.

    Attributes:
        disabled_at: set where it was switched off because nothing was taken.
        secret_mark: changes with the secret and tells nothing of it.
    """

    id: int
    url: str
    events: list[str]
    is_on: bool
    created_by: str
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    secret_mark: str

    @property
    def host(self) -> str:
        """Where it goes, without the path: that is often the receiver's secret."""
        return urlsplit(self.url).hostname or ""

    @property
    def origin(self) -> str:
        """The scheme and the host alone, as an address."""
        return f"{urlsplit(self.url).scheme}://{self.host}"


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One message: ``duration_ms`` in milliseconds, ``answer`` its first characters, masked."""

    id: int
    public_id: str
    event: HookEvent
    state: DeliveryState
    attempts: int
    status: int | None
    duration_ms: int | None
    answer: str
    trouble: Text | None
    created_at: datetime
    attempted_at: datetime | None


def hook_lines(session: Session, project_id: int | None) -> list[HookLine]:
    """Return the webhooks of a project, or of the system where it is None; the oldest first."""
    rows = session.execute(
        select(Webhook, User.name)
        .join(User, User.id == Webhook.created_by_id)
        .where(Webhook.project_id == project_id)
        .order_by(Webhook.id)
    )
    return [_line(hook, name) for hook, name in rows]


def hook_line(session: Session, project_id: int | None, hook_id: int) -> HookLine:
    """Return one of them, or raise NotFound."""
    for line in hook_lines(session, project_id):
        if line.id == hook_id:
            return line
    raise NotFound


def delivery_lines(
    session: Session, hook: HookLine, *, before: int | None = None, limit: int = SHOWN
) -> list[DeliveryLine]:
    """Return at most ``limit`` messages of a webhook older than ``before``, the newest first."""
    found = (
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == hook.id)
        .order_by(WebhookDelivery.id.desc())
        .limit(limit)
    )
    if before is not None:
        found = found.where(WebhookDelivery.id < before)
    return [_delivery(row) for row in session.scalars(found)]


def delivery_line(session: Session, hook: HookLine, public_id: str) -> DeliveryLine:
    """Return a message of a webhook, or raise NotFound."""
    row = session.scalar(
        select(WebhookDelivery).where(
            WebhookDelivery.webhook_id == hook.id, WebhookDelivery.public_id == public_id
        )
    )
    if row is None:
        raise NotFound
    return _delivery(row)


def _delivery(row: WebhookDelivery) -> DeliveryLine:
    taken = [name for name in DeliveryLine.__dataclass_fields__ if name != "trouble"]
    trouble = Text.from_json(row.trouble) if row.trouble else None
    return DeliveryLine(trouble=trouble, **{name: getattr(row, name) for name in taken})


def _line(hook: Webhook, created_by: str) -> HookLine:
    secret_mark = hashlib.sha256(hook.secret.encode()).hexdigest()[:MARK_DIGITS]
    made = ("created_by", "secret_mark")
    taken = [name for name in HookLine.__dataclass_fields__ if name not in made]
    facts = {name: getattr(hook, name) for name in taken}
    return HookLine(created_by=created_by, secret_mark=secret_mark, **facts)
