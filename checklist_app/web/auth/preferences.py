"""How the screens look: their language and their colours, signed in or not."""

from __future__ import annotations

from flask import redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user

from checklist_app.domain.vocabulary import Language, Theme
from checklist_app.services import accounts
from checklist_app.web.access import actor, public
from checklist_app.web.auth.area import blueprint
from checklist_app.web.targets import local_target
from checklist_app.web.transaction import db_session


@blueprint.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """Choose the language of the screens."""
    chosen = request.form.get("language")
    if chosen in set(Language):
        cookie["language"] = chosen
        if current_user.is_authenticated:
            accounts.set_preferences(db_session(), actor(), language=Language(chosen))
    return redirect(local_target(request.form.get("next")), 303)


@blueprint.post("/theme")
@public
def set_theme() -> ResponseReturnValue:
    """Choose light or dark screens."""
    chosen = request.form.get("theme")
    if chosen in set(Theme):
        cookie["theme"] = chosen
        if current_user.is_authenticated:
            accounts.set_preferences(db_session(), actor(), theme=Theme(chosen))
    return redirect(local_target(request.form.get("next")), 303)
