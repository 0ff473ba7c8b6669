"""A browser without a screen: keeps cookies, sends the form token, signs in by a session row."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from checklist_app.domain.actor import Actor
from checklist_app.models import User
from checklist_app.services import sessions
from checklist_app.services.resources import Resources

ORIGIN = sessions.Origin("127.0.0.1", "a test")


class Visitor:
    """Somebody at a browser; signed in when an actor is given."""

    def __init__(self, app: Flask, actor: Actor | None = None) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        if actor is not None:
            self.sign_in(actor)

    def sign_in(self, actor: Actor) -> None:
        resources: Resources = self.app.extensions["checklist_resources"]
        with resources.sessions.begin() as session:
            user = session.get_one(User, actor.user_id)
            token = sessions.open_session(session, resources.config, user, ORIGIN)
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=_named(headers))

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, token: bool = True, **headers: str
    ) -> TestResponse:
        fields = dict(data or {})
        if token:
            fields["csrf_token"] = self.form_token()
        return self.client.post(path, data=fields, headers=_named(headers))

    def fragment(self, path: str, data: dict[str, Any]) -> TestResponse:
        """Send a form as our own script does."""
        return self.post(path, data, x_requested_with="fragment")

    def form_token(self) -> str:
        with self.client.session_transaction() as cookie:
            known = cookie.get("csrf_token")
        with self.app.test_request_context():
            from flask import session as inner  # noqa: PLC0415 - of this made-up request only

            if known:
                inner["csrf_token"] = known
            token = str(generate_csrf())
            raw = inner["csrf_token"]
        with self.client.session_transaction() as cookie:
            cookie["csrf_token"] = raw
        return token


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
