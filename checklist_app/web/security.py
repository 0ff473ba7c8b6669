"""What every answer carries: content policy, headers, cookies that cannot be read or sent along."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import IO, Any, cast

from flask import Flask, Request, Response, request
from werkzeug.exceptions import BadRequest, RequestTimeout
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

from checklist_app.config import MEGABYTE, Config
from checklist_app.web.access import ASSET_ENDPOINTS
from checklist_app.web.https_only import HttpsOnly
from checklist_app.web.marks import given_nonce, script_nonce
from checklist_app.web.problems import MEANINGS
from checklist_app.web.proxies import KnownProxies

PAGE_POLICY = (
    "default-src 'none'; object-src 'none'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)
"""What a page may do that has no script."""
FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
PREVIEW_POLICY = "default-src 'none'; frame-ancestors 'none'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"
PROBES = frozenset({"health.healthz", "health.readyz"})
FORM_PARTS = 2000
FORM_MEMORY = MEGABYTE // 2
PLAIN_FORM = "application/x-www-form-urlencoded"


_log = logging.getLogger(__name__)


class UnknownHost(BadRequest):
    """A request for a name that is not ours."""


class TooSlow(RequestTimeout):
    """A body that did not keep up the pace; the web server has stopped waiting for it."""

    text = MEANINGS[408]


class PunctualStream:
    """A body as the web server gives it, which says so when it came too slowly.

    Werkzeug would take that for a client that has gone, and the client could not know why.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Return what comes next.

        Raises:
            TooSlow: nobody waits for it any longer.
        """
        try:
            found: bytes = self._stream.read(size)
        except TimeoutError as error:
            raise TooSlow from error
        return found


class WholeStream(LimitedStream):
    """A body that is refused when it goes on behind the limit, where others would be cut off."""

    def readall(self) -> bytes:
        """Return everything.

        Raises:
            RequestEntityTooLarge: there is more than the limit.
        """
        taken = super().readall()
        if self.is_exhausted and self._stream.read(1):
            self.on_exhausted()
        return taken


class WholeBodyRequest(Request):
    """A request whose body is taken whole or not at all.

    A body that comes in chunks says nothing of its length; cut off at the limit it would be taken
    for another one that is shorter.
    """

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body, within the limit that holds at the first reading."""
        self.environ["wsgi.input"] = PunctualStream(self.environ["wsgi.input"])
        found = super().stream
        if self.content_length is None and isinstance(found, LimitedStream):
            return cast(
                IO[bytes], WholeStream(self.environ["wsgi.input"], found.limit, is_max=True)
            )
        return found


def install(app: Flask, config: Config) -> None:
    """Set limits and cookies, and put the headers on every answer."""
    app.request_class = WholeBodyRequest
    app.config.update(
        MAX_CONTENT_LENGTH=config.max_upload_mb * MEGABYTE,
        MAX_FORM_PARTS=FORM_PARTS,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        SESSION_COOKIE_NAME="__Host-checklist" if config.is_https else "checklist",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=config.session_hours),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=config.is_https,
        PREFERRED_URL_SCHEME="https" if config.is_https else "http",
    )
    _listen_to_proxies(app, config)
    _know_own_names(app, config)

    @app.before_request
    def bound_plain_forms() -> None:
        # Werkzeug's limits on fields are for forms with files; this kind it takes apart in one go,
        # and a body of an upload's size would become millions of fields.
        if request.mimetype == PLAIN_FORM:
            request.max_content_length = min(FORM_MEMORY, request.max_content_length or FORM_MEMORY)

    app.add_template_global(script_nonce)

    @app.after_request
    def harden(response: Response) -> Response:
        nonce = given_nonce()
        if nonce is not None:
            policy = f"{PAGE_POLICY}; script-src 'nonce-{nonce}'"
            response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in headers_of(config).items():
            response.headers.setdefault(name, value)
        if request.endpoint not in ASSET_ENDPOINTS:
            response.headers.setdefault("Cache-Control", "no-store")
            response.vary.add("Cookie")
        return response


def headers_of(config: Config) -> dict[str, str]:
    """Return what every answer carries that has no other policy of its own."""
    found = {**HEADERS, "Content-Security-Policy": PAGE_POLICY}
    return {**found, "Strict-Transport-Security": HSTS} if config.is_https else found


def _listen_to_proxies(app: Flask, config: Config) -> None:
    if not config.trusted_proxies:
        # Nobody can tell how a request came, and with HTTPS of our own nothing else is spoken.
        return
    if config.is_https:
        app.wsgi_app = HttpsOnly(  # type: ignore[method-assign]
            app.wsgi_app, config, headers_of(config)
        )
    app.wsgi_app = KnownProxies(app.wsgi_app, config)  # type: ignore[method-assign]


def _know_own_names(app: Flask, config: Config) -> None:
    @app.before_request
    def refuse_other_hosts() -> None:
        """Answer only to our own names; what probes the health of a machine uses its address."""
        name = request.host.lower()
        if not name.endswith("]"):
            name = name.rpartition(":")[0] or name
        if name not in config.known_hosts and request.endpoint not in PROBES:
            _log.warning("unknown host; CHECKLIST_ALLOWED_HOSTS lets more in", extra={"host": name})
            raise UnknownHost
