"""Webhooks of a project."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from checklist_app.domain.permissions import Permission
from checklist_app.services import webhooks
from checklist_app.services.webhooks import HookPlace
from checklist_app.web.access import project, recent_auth, requires
from checklist_app.web.webhooks import pages

blueprint = Blueprint("webhooks", __name__, url_prefix="/projects/<slug>/webhooks")


@blueprint.get("")
@requires(Permission.WEBHOOK_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show the webhooks and the way to add one."""
    return pages.show_all(_seen(), blueprint.name)


@blueprint.post("")
@requires(Permission.WEBHOOK_MANAGE)
@recent_auth(_l("Add a webhook"))
def add(slug: str) -> ResponseReturnValue:
    """Add a webhook."""
    return pages.add(_place(), blueprint.name)


@blueprint.get("/<int:hook_id>")
@requires(Permission.WEBHOOK_VIEW)
def show(slug: str, hook_id: int) -> ResponseReturnValue:
    """Show a webhook with its newest messages."""
    return pages.show_one(_seen(), blueprint.name, hook_id)


@blueprint.post("/<int:hook_id>")
@requires(Permission.WEBHOOK_MANAGE)
@recent_auth(_l("Change a webhook"))
def change(slug: str, hook_id: int) -> ResponseReturnValue:
    """Change a webhook."""
    back = url_for(".show", hook_id=hook_id, slug=slug)
    return pages.change(_place(), blueprint.name, hook_id, back)


@blueprint.post("/<int:hook_id>/secret")
@requires(Permission.WEBHOOK_MANAGE)
@recent_auth(_l("Renew the secret of a webhook"))
def renew(slug: str, hook_id: int) -> ResponseReturnValue:
    """Renew the secret."""
    return pages.renew(_place(), blueprint.name, hook_id)


@blueprint.post("/<int:hook_id>/delete")
@requires(Permission.WEBHOOK_MANAGE)
@recent_auth(_l("Delete a webhook"))
def remove(slug: str, hook_id: int) -> ResponseReturnValue:
    """Delete a webhook."""
    return pages.remove(_place(), hook_id, url_for(".index", slug=slug))


@blueprint.post("/<int:hook_id>/ping")
@requires(Permission.WEBHOOK_MANAGE)
def ping(slug: str, hook_id: int) -> ResponseReturnValue:
    """Send a test."""
    return pages.ping(_place(), hook_id, url_for(".show", hook_id=hook_id, slug=slug))


@blueprint.post("/<int:hook_id>/deliveries/<public_id>")
@requires(Permission.WEBHOOK_MANAGE)
def redeliver(slug: str, hook_id: int, public_id: str) -> ResponseReturnValue:
    """Send a message once more."""
    back = url_for(".show", hook_id=hook_id, slug=slug)
    return pages.redeliver(_place(), hook_id, public_id, back)


def _place() -> HookPlace:
    return webhooks.of_project(project())


def _seen() -> HookPlace:
    return webhooks.of_project_to_read(project())
