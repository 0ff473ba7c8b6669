"""The one place where the web app is put together, in order."""

from __future__ import annotations

import os
import ssl

from flask import Flask

from checklist_app.config import Config
from checklist_app.services.resources import Resources
from checklist_app.web import (
    access,
    areas,
    errors,
    filters,
    languages,
    metering,
    security,
    transaction,
    watch,
)
from checklist_app.web.extensions import PER_ADDRESS, PER_CALLER, bootstrap, csrf, limiter

ADDRESS_SHARE = 5
"""People behind one address that may all use what one of them may."""


def create_app(config: Config | None = None) -> Flask:
    """Return the web app for ``config``, or for the settings in the environment.

    Raises:
        ConfigError: a setting is missing, unknown or cannot be used.
    """
    settings = config or Config.from_env(os.environ)
    app = Flask("checklist_app.web")
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


def redis_options(settings: Config) -> dict[str, float | str | bool]:
    """Return what the Redis server has to prove itself by, where the way is encrypted."""
    if not settings.redis_url.startswith("rediss://"):
        return {}
    options: dict[str, float | str | bool] = {
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": True,
        "ssl_min_version": ssl.TLSVersion.TLSv1_2,
    }
    if settings.redis_ca_file is not None:
        options["ssl_ca_certs"] = str(settings.redis_ca_file)
    return options


def configure_limits(app: Flask, settings: Config) -> None:
    """Count attempts in Redis where there is one, else in this process."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "memory://"
    app.config["RATELIMIT_STORAGE_OPTIONS"] = redis_options(settings)
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(settings.redis_url)
    app.config[PER_CALLER] = settings.requests_per_minute
    app.config[PER_ADDRESS] = settings.requests_per_minute * ADDRESS_SHARE
    limiter.init_app(app)
