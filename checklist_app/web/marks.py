"""What marks this one request: the id that joins its log lines, the nonce of its page's script."""

from __future__ import annotations

import secrets
import uuid

from flask import g

NONCE_BYTES = 16


def request_id() -> str:
    """Return what joins the log lines and events of this request."""
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex
    found: str = g.request_id
    return found


def script_nonce() -> str:
    """Return what marks the script of the page that answers this request; imports inherit it."""
    if "script_nonce" not in g:
        g.script_nonce = secrets.token_urlsafe(NONCE_BYTES)
    found: str = g.script_nonce
    return found


def given_nonce() -> str | None:
    """Return the nonce if a page was made that carries it."""
    found: str | None = g.get("script_nonce")
    return found
