"""The one place where the web app is put together, in order."""

from __future__ import annotations

import os

from apiflask import APIFlask
from flask import Flask

from checklist_app.config import Config
from checklist_app.services.resources import Resources
from checklist_app.web import (
    access,
    areas,
    counting,
    errors,
    filters,
    heavy,
    languages,
    metering,
    security,
    transaction,
    watch,
)
from checklist_app.web.api import openapi
from checklist_app.web.extensions import PER_ADDRESS, PER_CALLER, bootstrap, csrf, limiter

ADDRESS_SHARE = 5
"""People behind one address that may all use what one of them may."""


def create_app(config: Config | None = None) -> APIFlask:
    """Return the web app for ``config``, or for the settings in the environment.

    Raises:
        ConfigError: a setting is missing, unknown or cannot be used.
    """
    settings = config or Config.from_env(os.environ)
    app = APIFlask(
        "checklist_app.web",
        title=openapi.TITLE,
        version=openapi.VERSION,
        json_errors=False,  # ``errors`` answers, pages and programs each in their way
        enable_openapi=False,  # ``documents`` serves it, in the reader's language
    )
    app.debug = False  # whatever FLASK_DEBUG says
    app.config["SECRET_KEY"] = settings.session_secret()
    app.extensions["checklist_resources"] = Resources.open(settings)
    configure_templates(app)
    metering.install(app)
    watch.install(app)
    transaction.install(app)
    security.install(app, settings)
    languages.install(app, settings)
    configure_limits(app, settings)
    csrf.init_app(app)
    access.install(app)
    filters.install(app)
    errors.install(app)
    areas.install(app)
    return app


def configure_templates(app: Flask) -> None:
    """Serve Bootstrap from the package that carries it, and keep templates terse."""
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    bootstrap.init_app(app)


def configure_limits(app: Flask, settings: Config) -> None:
    """Count attempts in Redis where there is one, else in this process."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "memory://"
    app.config["RATELIMIT_STORAGE_OPTIONS"] = counting.redis_options(settings)
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(settings.redis_url)
    for limit, share in ((PER_CALLER, 1), (PER_ADDRESS, ADDRESS_SHARE)):
        burst, minute = settings.requests_per_second * share, settings.requests_per_minute * share
        app.config[limit] = f"{burst} per second; {minute} per minute"
    app.config[heavy.UPLOADS] = settings.uploads_per_hour
    app.config[heavy.SCANS] = settings.scans_per_hour
    app.config[heavy.EXPORTS] = settings.exports_per_hour
    app.config[heavy.REPORTS] = settings.reports_per_hour
    limiter.init_app(app)
    counting.install(app, settings)
