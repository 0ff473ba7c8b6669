"""Webhooks of a project: added, changed, tried, and what became of their messages."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import ClassVar

from apiflask import APIBlueprint
from flask import url_for
from pydantic import Field

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.webhooks import DeliveryState, HookEvent
from checklist_app.queries.webhooks import (
    DeliveryLine,
    HookLine,
    delivery_line,
    delivery_lines,
    hook_line,
    hook_lines,
)
from checklist_app.services import webhooks
from checklist_app.services.webhooks import HookPlace, HookTerms
from checklist_app.web.access import project, recent_auth, requires
from checklist_app.web.api.operations import Created, Operation
from checklist_app.web.api.paging import cut, page, start_of
from checklist_app.web.api.schemas import Input, ListQuery, Output, Page
from checklist_app.web.filters import told
from checklist_app.web.transaction import db_session, resources

blueprint = APIBlueprint("webhooks", __name__, url_prefix="/projects/<slug>/webhooks")


class Webhook(Output):
    """A webhook; its secret is told when it is made or renewed, and never again.

    ``secret_mark`` changes with the secret and tells nothing of it. Whoever may not change it sees
    of ``url`` the scheme and the host alone: what follows is often the receiver's secret.
    """

    id: int
    url: str = Field(
        description=str(text("Whoever may not change it sees only the scheme and the host."))
    )
    events: list[HookEvent]
    is_on: bool
    created_by: str
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    secret_mark: str


class NewWebhookSecret(Output):
    """A webhook with the secret that signs its messages from now on."""

    id: int
    secret: str = Field(description=str(text("Shown only this once.")))


class WebhookTerms(Input):
    """Where a webhook goes and what it is told."""

    url: str = Field(min_length=1, max_length=500)
    events: list[HookEvent] = Field(min_length=1, max_length=len(HookEvent))
    is_on: bool = True


class Delivery(Output):
    """A message; ``answer`` are the first characters of what came back, without secrets."""

    worded: ClassVar[frozenset[str]] = frozenset({"trouble"})

    public_id: str
    event: HookEvent
    state: DeliveryState
    attempts: int
    status: int | None
    duration_ms: int | None
    answer: str
    trouble: str
    created_at: datetime
    attempted_at: datetime | None


def shown(slug: str, hook_id: int) -> Webhook:
    """Return a webhook of the project."""
    place = _seen()
    return _shown(place, hook_line(db_session(), place.project_id, hook_id))


def shown_message(slug: str, hook_id: int, public_id: str) -> Delivery:
    """Return a message of a webhook."""
    hook = hook_line(db_session(), _seen().project_id, hook_id)
    return _shown_delivery(delivery_line(db_session(), hook, public_id))


@blueprint.get("")
@requires(Permission.WEBHOOK_VIEW)
@Operation(text("List the webhooks of a project"), query=ListQuery, answer=Page[Webhook])
def index(slug: str, query: ListQuery) -> Page[Webhook]:
    """List the webhooks."""
    place = _seen()
    lines = hook_lines(db_session(), place.project_id)
    return cut(query, lines, partial(_shown, place), "id")


@blueprint.post("")
@requires(Permission.WEBHOOK_MANAGE)
@recent_auth(text("Add a webhook"))
@Operation(
    text("Add a webhook; the answer holds its secret"),
    body=WebhookTerms,
    answer=NewWebhookSecret,
    status=201,
)
def add(slug: str, body: WebhookTerms) -> Created:
    """Add a webhook."""
    hook, secret = webhooks.add_webhook(db_session(), resources().config, _place(), _terms(body))
    address = url_for("api.webhooks.show", slug=slug, hook_id=hook.id)
    return Created(NewWebhookSecret(id=hook.id, secret=secret), address)


@blueprint.get("/<int:hook_id>")
@requires(Permission.WEBHOOK_VIEW)
@Operation(text("Show a webhook"), answer=Webhook)
def show(slug: str, hook_id: int) -> Webhook:
    """Show a webhook."""
    return shown(slug, hook_id)


@blueprint.put("/<int:hook_id>")
@requires(Permission.WEBHOOK_MANAGE)
@recent_auth(text("Change a webhook"))
@Operation(
    text("Change a webhook, or switch it on or off"),
    body=WebhookTerms,
    answer=Webhook,
    existing=shown,
)
def change(slug: str, hook_id: int, body: WebhookTerms) -> Webhook:
    """Change a webhook."""
    webhooks.change_webhook(db_session(), resources().config, _place(), hook_id, _terms(body))
    db_session().flush()
    return shown(slug, hook_id)


@blueprint.delete("/<int:hook_id>")
@requires(Permission.WEBHOOK_MANAGE)
@recent_auth(text("Delete a webhook"))
@Operation(text("Delete a webhook with the record of its messages"), status=204, existing=shown)
def remove(slug: str, hook_id: int) -> None:
    """Delete a webhook."""
    webhooks.remove_webhook(db_session(), _place(), hook_id)


@blueprint.post("/<int:hook_id>/secret")
@requires(Permission.WEBHOOK_MANAGE)
@recent_auth(text("Renew the secret of a webhook"))
@Operation(text("Give a webhook a new secret"), answer=NewWebhookSecret, existing=shown)
def renew(slug: str, hook_id: int) -> NewWebhookSecret:
    """Renew the secret."""
    secret = webhooks.renew_secret(db_session(), resources().config, _place(), hook_id)
    return NewWebhookSecret(id=hook_id, secret=secret)


@blueprint.post("/<int:hook_id>/ping")
@requires(Permission.WEBHOOK_MANAGE)
@Operation(
    text("Send a test message"), answer=Delivery, status=202, repeatable=True, refusals=(409,)
)
def ping(slug: str, hook_id: int) -> Delivery:
    """Send a test."""
    queued = webhooks.ping(db_session(), _place(), hook_id)
    return shown_message(slug, hook_id, queued.public_id)


@blueprint.get("/<int:hook_id>/deliveries")
@requires(Permission.WEBHOOK_VIEW)
@Operation(
    text("List the messages of a webhook, the newest first"), query=ListQuery, answer=Page[Delivery]
)
def deliveries(slug: str, hook_id: int, query: ListQuery) -> Page[Delivery]:
    """List the messages."""
    hook = hook_line(db_session(), _seen().project_id, hook_id)
    lines = delivery_lines(db_session(), hook, before=start_of(query), limit=query.limit + 1)
    return page(query, lines, _shown_delivery, lambda line: line.id)


@blueprint.get("/<int:hook_id>/deliveries/<public_id>")
@requires(Permission.WEBHOOK_VIEW)
@Operation(text("Show a message"), answer=Delivery)
def show_delivery(slug: str, hook_id: int, public_id: str) -> Delivery:
    """Show a message."""
    return shown_message(slug, hook_id, public_id)


@blueprint.post("/<int:hook_id>/deliveries/<public_id>")
@requires(Permission.WEBHOOK_MANAGE)
@Operation(
    text("Send a message once more"),
    answer=Delivery,
    status=202,
    existing=shown_message,
    refusals=(409,),
)
def redeliver(slug: str, hook_id: int, public_id: str) -> Delivery:
    """Send a message once more."""
    webhooks.redeliver(db_session(), _place(), hook_id, public_id)
    db_session().flush()
    return shown_message(slug, hook_id, public_id)


def _place() -> HookPlace:
    return webhooks.of_project(project())


def _seen() -> HookPlace:
    return webhooks.of_project_to_read(project())


def _shown(place: HookPlace, line: HookLine) -> Webhook:
    shown = Webhook.model_validate(line)
    return shown if place.may_change else shown.model_copy(update={"url": line.origin})


def _terms(body: WebhookTerms) -> HookTerms:
    return HookTerms(body.url, [event.value for event in body.events], body.is_on)


def _shown_delivery(line: DeliveryLine) -> Delivery:
    facts = {name: getattr(line, name) for name in Delivery.model_fields if name != "trouble"}
    return Delivery(**facts, trouble=told(line.trouble) if line.trouble else "")
