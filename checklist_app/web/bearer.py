"""Programs: whom they act for is read from the ``Authorization`` header and nothing else.

A cookie opens no operation of the interface for programs, and a token opens no page; so a browser
cannot be led into calling an operation, and operations need no form token.
"""

from __future__ import annotations

from flask import request

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import SignInRequired
from checklist_app.domain.text import Text, text
from checklist_app.services import access_tokens, pipeline_tokens
from checklist_app.services.sessions import OpenSession, Origin
from checklist_app.web.transaction import db_session, resources, write_unless_busy

API_PREFIX = "/api/v1/"
SCHEME = "bearer"
NAMES_OF_SECRETS = frozenset(
    {"access_token", "refresh_token", "token", "api_key", "apikey", "authorization", "password"}
)


class TokenInAddress(SignInRequired):
    """A token came in the address, where servers, browsers and logs keep it."""

    def __init__(self) -> None:
        super().__init__()
        self.text = text(
            "A token never belongs into an address. Send it in the Authorization header, and "
            "replace this one: it may have been written down on its way."
        )


def on_api() -> bool:
    """Return whether this request is for the interface for programs."""
    return request.path.startswith(API_PREFIX)


def bearer_token() -> str:
    """Return the token of the ``Authorization`` header, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == SCHEME else ""


def bearer(origin: Origin) -> OpenSession | None:
    """Return whom the token of this request acts for; None without a token that counts.

    The token of a pipeline proves nobody's presence: nothing sensitive is done with one.
    """
    token = bearer_token()
    if not token or not token.isascii():
        return None
    if token.startswith(pipeline_tokens.MARK):
        program = pipeline_tokens.resume(db_session(), token, origin)
        return OpenSession(program) if program else None
    return access_tokens.resume(db_session(), resources().config, token, origin)


def how_to_enrol(actor: Actor) -> Text | None:
    """Return how a program gets on whose person lacks a second factor; None for a browser."""
    if actor.token_id is not None:
        return text(
            "The person who made this token needs a second factor and has none. "
            "It works again as soon as they have added one."
        )
    return access_tokens.ADD_ONE_FIRST if on_api() else None


def refuse_secrets_in_address() -> None:
    """Raise TokenInAddress when the address carries what only a header may."""
    if any(name.lower() in NAMES_OF_SECRETS for name in request.args):
        raise TokenInAddress


def touch(actor: Actor) -> None:
    """Note that the actor's token is in use, once a minute at most."""
    if pipeline_tokens.is_due_for_touch(actor):
        write_unless_busy(lambda session: pipeline_tokens.touch(session, actor))
