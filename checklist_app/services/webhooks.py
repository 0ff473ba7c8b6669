"""Webhooks: made by who manages a project, or the system; signed, tried, switched off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.webhooks import (
    ORGANISATION_EVENTS,
    PROJECT_EVENTS,
    DeliveryState,
    HookEvent,
    parse_events,
)
from checklist_app.models import Webhook, WebhookDelivery
from checklist_app.outbound.destination import destination
from checklist_app.queries.access import ProjectAccess
from checklist_app.services import audit, webhook_events
from checklist_app.services.clock import now
from checklist_app.services.sealing import seal
from checklist_app.services.secret_tokens import new_token

MARK = "whsec_"
MOST_HOOKS = 20
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HookPlace:
    """Whose webhooks somebody manages, or only reads: those of a project, or of the system."""

    actor: Actor
    project_id: int | None
    may_change: bool = True

    @property
    def events(self) -> tuple[HookEvent, ...]:
        """What can be told here."""
        return ORGANISATION_EVENTS if self.project_id is None else PROJECT_EVENTS

    @property
    def area(self) -> str:
        """How the audit log names it."""
        return "security" if self.project_id is None else "project"


@dataclass(frozen=True, slots=True)
class HookTerms:
    """Where a webhook goes, and the names of the events that it is told."""

    url: str
    events: Sequence[str]
    is_on: bool = True


def of_project(access: ProjectAccess) -> HookPlace:
    """Return the webhooks of a project, for who may manage them."""
    access.require(Permission.WEBHOOK_MANAGE)
    return HookPlace(access.actor, access.project.id)


def of_project_to_read(access: ProjectAccess) -> HookPlace:
    """Return the webhooks of a project for whoever may see where they go."""
    access.require(Permission.WEBHOOK_VIEW)
    may_change = access.allows(Permission.WEBHOOK_MANAGE)
    return HookPlace(access.actor, access.project.id, may_change)


def of_organisation(actor: Actor) -> HookPlace:
    """Return the webhooks of the system, for administrators."""
    actor.require(Permission.SECURITY_MANAGE)
    return HookPlace(actor, None)


def of_organisation_to_read(actor: Actor) -> HookPlace:
    """Return the webhooks of the system for whoever may read what is recorded of security."""
    actor.require(Permission.SECURITY_VIEW)
    return HookPlace(actor, None, may_change=Permission.SECURITY_MANAGE in actor.permissions)


def add_webhook(
    session: Session, config: Config, place: HookPlace, terms: HookTerms
) -> tuple[Webhook, str]:
    """Add a webhook; return it and the secret that signs its messages, which is shown once.

    Raises:
        InvalidInput: its address cannot be called, or there is no such event.
        Conflict: there are too many already.
    """
    target = destination(config, terms.url.strip())
    wanted = parse_events(list(terms.events), place.events)
    counted = session.scalar(
        select(func.count()).select_from(Webhook).where(Webhook.project_id == place.project_id)
    )
    if (counted or 0) >= MOST_HOOKS:
        raise Conflict(
            text("There are %(count)s webhooks already. Delete one first.", count=MOST_HOOKS)
        )
    hook = Webhook(  # nosec B106
        project_id=place.project_id,
        url=terms.url.strip(),
        is_on=terms.is_on,
        events=[event.value for event in wanted],
        secret="",
        created_by_id=place.actor.user_id,
        created_at=now(),
    )
    session.add(hook)
    session.flush()
    secret = _new_secret(config, hook)
    _record(session, place, "add", hook, host=target.host, events=hook.events)
    return hook, secret


def change_webhook(
    session: Session, config: Config, place: HookPlace, hook_id: int, terms: HookTerms
) -> Webhook:
    """Change where a webhook goes and what it is told; switched on again, it starts afresh."""
    hook = open_webhook(session, place, hook_id)
    target = destination(config, terms.url.strip())
    hook.url = terms.url.strip()
    hook.events = [event.value for event in parse_events(list(terms.events), place.events)]
    if terms.is_on and not hook.is_on:
        hook.failing_since = hook.disabled_at = None
    hook.is_on = terms.is_on
    told = {"host": target.host, "events": hook.events, "is_on": hook.is_on}
    _record(session, place, "change", hook, **told)
    return hook


def renew_secret(session: Session, config: Config, place: HookPlace, hook_id: int) -> str:
    """Give a webhook a new secret at once and return it; the old one signs nothing more."""
    hook = open_webhook(session, place, hook_id)
    secret = _new_secret(config, hook)
    _record(session, place, "renew_secret", hook)
    return secret


def remove_webhook(session: Session, place: HookPlace, hook_id: int) -> None:
    """Delete a webhook with the record of its messages; what waits is not sent."""
    hook = open_webhook(session, place, hook_id)
    _record(session, place, "remove", hook)
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == hook.id))
    session.delete(hook)


def ping(session: Session, place: HookPlace, hook_id: int) -> WebhookDelivery:
    """Send a message that says nothing, to try the way.

    Raises:
        Conflict: the webhook is off.
    """
    hook = open_webhook(session, place, hook_id)
    _check_on(hook)
    return webhook_events.queue(session, hook, HookEvent.PING, {"webhook": hook.id})


def redeliver(session: Session, place: HookPlace, hook_id: int, public_id: str) -> WebhookDelivery:
    """Send a message once more, with the same id and the same content.

    Raises:
        NotFound: there is no such message here.
        Conflict: the webhook is off, or the message is still on its way.
    """
    hook = open_webhook(session, place, hook_id)
    _check_on(hook)
    delivery = session.scalar(
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == hook.id, WebhookDelivery.public_id == public_id)
        .with_for_update()
    )
    if delivery is None:
        raise NotFound
    if delivery.state is DeliveryState.WAITING:
        raise Conflict(text("This message is still on its way."))
    if webhook_events.too_many_wait(session, hook.id):
        raise Conflict(webhook_events.TOO_MANY)
    delivery.state = DeliveryState.WAITING
    delivery.attempts = 0
    webhook_events.send_again(session, delivery)
    return delivery


def open_webhook(session: Session, place: HookPlace, hook_id: int) -> Webhook:
    """Load a webhook through its place, or raise NotFound."""
    hook = session.scalar(
        select(Webhook).where(Webhook.id == hook_id, Webhook.project_id == place.project_id)
    )
    if hook is None:
        raise NotFound
    return hook


def forget_old_deliveries(session: Session) -> None:
    """Delete messages that are over and older than a month, but those that are told only once."""
    session.execute(
        delete(WebhookDelivery).where(
            WebhookDelivery.created_at < now() - KEPT,
            WebhookDelivery.state != DeliveryState.WAITING,
            WebhookDelivery.subject.is_(None),
        )
    )


def sealed_for(hook: Webhook) -> str:
    """Return the context that the secret of a webhook is sealed in."""
    return f"webhook:{hook.id}"


def _new_secret(config: Config, hook: Webhook) -> str:
    secret = MARK + new_token()
    hook.secret = seal(config, sealed_for(hook), secret)
    return secret


def _check_on(hook: Webhook) -> None:
    if not hook.is_on:
        raise Conflict(text("This webhook is off. Switch it on first."))


def _record(
    session: Session, place: HookPlace, verb: str, hook: Webhook, **details: object
) -> None:
    audit.record(
        session,
        place.actor,
        f"{place.area}:webhook:{verb}",
        str(hook.id),
        project_id=place.project_id,
        **details,
    )
