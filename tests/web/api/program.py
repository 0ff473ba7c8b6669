"""A program that uses the interface: sends its token, speaks JSON, keeps no cookie."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from checklist_app.domain.actor import Actor
from checklist_app.domain.scopes import Scope
from checklist_app.models import User
from checklist_app.queries.access import open_project
from checklist_app.services.access_tokens import IssuedTokens, open_family
from checklist_app.services.clock import today
from checklist_app.services.pipeline_tokens import make_token
from checklist_app.services.resources import Resources
from tests.web.visitor import ORIGIN

API = "/api/v1"


class Program:
    """Somebody's program, or nobody's."""

    def __init__(self, app: Flask, token: str = "") -> None:
        self.app = app
        self.client: FlaskClient = app.test_client(use_cookies=False)
        self.token = token

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.send("POST", path, body, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        **raw: Any,
    ) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.token:
            named.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            raw["json"] = body
        address = path if path.startswith("/") else f"{API}/{path}"
        return self.client.open(address, method=method, headers=named, buffered=True, **raw)


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, unchecked."""
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def tokens_of(app: Flask, actor: Actor, *scopes: Scope) -> IssuedTokens:
    """Return tokens of a person who signed in from a program."""
    resources: Resources = app.extensions["checklist_resources"]
    with resources.sessions.begin() as session:
        user = session.get_one(User, actor.user_id)
        return open_family(session, resources.config, user, scopes or (Scope.FULL,), ORIGIN)


def pipeline_token(
    app: Flask, actor: Actor, slug: str, *scopes: Scope, days: int = 30
) -> tuple[int, str]:
    """Return the key and the secret of a token for pipelines that somebody made."""
    resources: Resources = app.extensions["checklist_resources"]
    with resources.sessions.begin() as session:
        token, secret = make_token(
            session,
            open_project(session, actor, slug),
            name="Nightly",
            scopes=scopes,
            expires_on=today() + timedelta(days=days),
        )
        return token.id, secret
