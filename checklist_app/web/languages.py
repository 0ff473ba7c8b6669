"""The language and colours of a page: the person's, else the browser's, else Spanish."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask, has_request_context, request
from flask import session as cookie
from flask_babel import get_locale
from flask_login import current_user
from werkzeug.local import LocalProxy

from checklist_app import translation
from checklist_app.config import Config
from checklist_app.domain.vocabulary import Language, Theme
from checklist_app.queries.shell import Shell, shell
from checklist_app.services.clock import now
from checklist_app.web import bearer
from checklist_app.web.access import current_project
from checklist_app.web.extensions import babel
from checklist_app.web.transaction import db_session

LOCALES = {Language.EN: "en_GB", Language.ES: "es"}
"""How dates and numbers are written; the same as in reports."""


def install(app: Flask, config: Config) -> None:
    """Choose a language for each request and give templates their frame."""

    def chosen() -> str:
        return language_of_request(Language(config.default_language)).value

    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translation.FOLDER)
    babel.init_app(app, locale_selector=lambda: LOCALES[Language(chosen())], default_timezone="UTC")

    @app.context_processor
    def frame() -> dict[str, Any]:
        # The parts of a page that our script swaps have no frame: it is asked for at first use.
        return {"shell": LocalProxy(cache(made_shell)), **_project_frame()}

    def made_shell() -> Shell:
        who = current_user.actor if current_user.is_authenticated else None
        return shell(db_session(), who, chosen(), _theme(), now())


def _project_frame() -> dict[str, Any]:
    access = current_project()
    if access is None:
        return {}
    return {"project": access.project, "can": access.permissions}


def language_of_request(default: Language) -> Language:
    """Return the language that this request should be answered in.

    What a program asks for comes before the language of its account: a pipeline's token has that of
    whoever made it, and its log is read by others.
    """
    if not has_request_context():
        return default
    asked_for = _asked_for() if bearer.on_api() else None
    if asked_for is not None:
        return asked_for
    if current_user.is_authenticated and current_user.actor.language:
        found: Language = current_user.actor.language
        return found
    if cookie.get("language") in set(Language):
        return Language(cookie["language"])
    return _asked_for() or default


def _asked_for() -> Language | None:
    best = request.accept_languages.best_match([language.value for language in Language])
    return Language(best) if best else None


def reader_language() -> Language:
    """Return the language that the page is in."""
    locale = get_locale()
    return Language(locale.language) if locale else Language.ES


def _theme() -> Theme:
    if current_user.is_authenticated:
        found: Theme = current_user.actor.theme
        return found
    kept = cookie.get("theme")
    return Theme(kept) if kept in set(Theme) else Theme.AUTO
