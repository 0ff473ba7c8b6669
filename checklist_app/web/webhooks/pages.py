"""What both kinds of webhooks do on a page; the blueprints say whose they are."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.webhooks import FAILING_DAYS, MOST_ATTEMPTS
from checklist_app.queries.webhooks import delivery_lines, hook_line, hook_lines
from checklist_app.services import webhooks
from checklist_app.services.webhooks import HookPlace, HookTerms
from checklist_app.web.filters import told
from checklist_app.web.forms import form_text
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, resources

REFUSED = 422


def show_all(place: HookPlace, base: str, **context: Any) -> str:
    """Show the webhooks of a place, and the way to add one."""
    return _page("webhooks/index.html", base, place, hooks=_hooks(place), **context)


def show_one(place: HookPlace, base: str, hook_id: int, **context: Any) -> str:
    """Show one webhook with its newest messages."""
    hook = hook_line(db_session(), place.project_id, hook_id)
    deliveries = delivery_lines(db_session(), hook)
    return _page("webhooks/show.html", base, place, hook=hook, deliveries=deliveries, **context)


def add(place: HookPlace, base: str) -> ResponseReturnValue:
    """Add a webhook; its secret is in this answer alone."""
    try:
        hook, secret = webhooks.add_webhook(db_session(), resources().config, place, _terms())
    except InvalidInput as error:
        return show_all(place, base, form_error=told(error.text), typed=request.form), REFUSED
    db_session().flush()
    return show_one(place, base, hook.id, secret=secret)


def change(place: HookPlace, base: str, hook_id: int, back: str) -> ResponseReturnValue:
    """Change a webhook."""
    terms = _terms(is_on=form_text("is_on") == "on")
    try:
        webhooks.change_webhook(db_session(), resources().config, place, hook_id, terms)
    except InvalidInput as error:
        refused = {"form_error": told(error.text), "typed": request.form}
        return show_one(place, base, hook_id, **refused), REFUSED
    done(gettext("The webhook is changed."))
    return redirect(back, 303)


def renew(place: HookPlace, base: str, hook_id: int) -> str:
    """Show the new secret, this once."""
    secret = webhooks.renew_secret(db_session(), resources().config, place, hook_id)
    return show_one(place, base, hook_id, secret=secret)


def remove(place: HookPlace, hook_id: int, back: str) -> ResponseReturnValue:
    """Delete a webhook."""
    webhooks.remove_webhook(db_session(), place, hook_id)
    done(gettext("The webhook is deleted."))
    return redirect(back, 303)


def ping(place: HookPlace, hook_id: int, back: str) -> ResponseReturnValue:
    """Send a message that only tries the way."""
    webhooks.ping(db_session(), place, hook_id)
    done(gettext("A test is on its way. Load this page again to see what became of it."))
    return redirect(back, 303)


def redeliver(place: HookPlace, hook_id: int, public_id: str, back: str) -> ResponseReturnValue:
    """Send a message once more."""
    webhooks.redeliver(db_session(), place, hook_id, public_id)
    done(gettext("The message is sent again."))
    return redirect(back, 303)


def _terms(*, is_on: bool = True) -> HookTerms:
    return HookTerms(form_text("url"), request.form.getlist("events"), is_on)


def _hooks(place: HookPlace) -> Any:
    return hook_lines(db_session(), place.project_id)


def _page(template: str, base: str, place: HookPlace, **context: Any) -> str:
    is_own = place.project_id is not None

    def address(view: str, hook_id: int | None = None, public_id: str | None = None) -> str:
        """Return where a view is; what belongs to no project is named otherwise there."""
        names = ("hook_id", "public_id") if is_own else ("system_hook_id", "message_id")
        known = request.view_args or {}
        parts: dict[str, Any] = {"slug": known["slug"]} if is_own else {}
        parts |= {
            name: value
            for name, value in zip(names, (hook_id, public_id), strict=True)
            if value is not None
        }
        return url_for(f"{base}.{view}", **parts)

    return render_template(
        template,
        address=address,
        layout="base_project.html" if is_own else "base.html",
        events=place.events,
        may_change=place.may_change,
        most_attempts=MOST_ATTEMPTS,
        failing_days=FAILING_DAYS,
        **context,
    )
