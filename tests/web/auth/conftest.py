"""An app with a provider, and a provider that lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from checklist_app.config import Config
from checklist_app.factory import create_app
from checklist_app.services import openid_provider
from tests.cast import Cast
from tests.limits import forget_requests
from tests.web.auth import providers
from tests.web.auth.providers import CLIENT, CLIENT_SECRET, Liar
from tests.web.auth.single_sign_on import Opened


@pytest.fixture
def opened(config: Config, cast: Cast) -> Iterator[Opened]:
    """Open the app with a provider; more settings by name."""
    apps: list[Flask] = []

    def open_app(issuer: str, **more: Any) -> Flask:
        settings = {"oidc_client_id": CLIENT, "oidc_client_secret": CLIENT_SECRET, **more}
        app = create_app(replace(config, oidc_issuer=issuer, **settings))
        app.testing = False
        apps.append(app)
        return app

    openid_provider.forget()
    yield open_app
    forget_requests()
    for app in apps:
        app.extensions["checklist_resources"].close()


@pytest.fixture
def liar() -> Iterator[Liar]:
    with providers.lying_provider() as provider:
        yield provider
