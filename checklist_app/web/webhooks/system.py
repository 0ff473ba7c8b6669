"""Webhooks of the system as a whole, for administrators."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from checklist_app.domain.permissions import Permission
from checklist_app.services import webhooks
from checklist_app.services.webhooks import HookPlace
from checklist_app.web.access import actor, recent_auth, requires
from checklist_app.web.webhooks import pages

blueprint = Blueprint("system_webhooks", __name__, url_prefix="/admin/webhooks")


@blueprint.get("")
@requires(Permission.SECURITY_VIEW)
def index() -> ResponseReturnValue:
    """Show the webhooks and the way to add one."""
    return pages.show_all(webhooks.of_organisation_to_read(actor()), blueprint.name)


@blueprint.post("")
@requires(Permission.SECURITY_MANAGE)
@recent_auth(_l("Add a webhook"))
def add() -> ResponseReturnValue:
    """Add a webhook."""
    return pages.add(_place(), blueprint.name)


@blueprint.get("/<int:system_hook_id>")
@requires(Permission.SECURITY_VIEW)
def show(system_hook_id: int) -> ResponseReturnValue:
    """Show a webhook with its newest messages."""
    place = webhooks.of_organisation_to_read(actor())
    return pages.show_one(place, blueprint.name, system_hook_id)


@blueprint.post("/<int:system_hook_id>")
@requires(Permission.SECURITY_MANAGE)
@recent_auth(_l("Change a webhook"))
def change(system_hook_id: int) -> ResponseReturnValue:
    """Change a webhook."""
    back = url_for(".show", system_hook_id=system_hook_id)
    return pages.change(_place(), blueprint.name, system_hook_id, back)


@blueprint.post("/<int:system_hook_id>/secret")
@requires(Permission.SECURITY_MANAGE)
@recent_auth(_l("Renew the secret of a webhook"))
def renew(system_hook_id: int) -> ResponseReturnValue:
    """Renew the secret."""
    return pages.renew(_place(), blueprint.name, system_hook_id)


@blueprint.post("/<int:system_hook_id>/delete")
@requires(Permission.SECURITY_MANAGE)
@recent_auth(_l("Delete a webhook"))
def remove(system_hook_id: int) -> ResponseReturnValue:
    """Delete a webhook."""
    return pages.remove(_place(), system_hook_id, url_for(".index"))


@blueprint.post("/<int:system_hook_id>/ping")
@requires(Permission.SECURITY_MANAGE)
def ping(system_hook_id: int) -> ResponseReturnValue:
    """Send a test."""
    return pages.ping(_place(), system_hook_id, url_for(".show", system_hook_id=system_hook_id))


@blueprint.post("/<int:system_hook_id>/deliveries/<message_id>")
@requires(Permission.SECURITY_MANAGE)
def redeliver(system_hook_id: int, message_id: str) -> ResponseReturnValue:
    """Send a message once more."""
    back = url_for(".show", system_hook_id=system_hook_id)
    return pages.redeliver(_place(), system_hook_id, message_id, back)


def _place() -> HookPlace:
    return webhooks.of_organisation(actor())
