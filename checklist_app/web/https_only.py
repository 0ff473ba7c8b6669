"""Where people come by HTTPS, nobody is served in the clear: pages are sent on, all else refused.

This stands before the application, so that no cookie, token or form is looked at that others on
the way could have read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from checklist_app.config import Config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PROBE_PATHS = frozenset({"/healthz", "/readyz"})
PROGRAMS = "/api/"
_KEPT_IN_PATH = "/!$&'()*+,;=:@"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?%[]"
ENGLISH = (
    "This came without encryption and was not looked at. Use %s; and if a password or a token was "
    "sent, replace it: others may have read it."
)
SPANISH = (
    "Esto llegó sin cifrar y no se atendió. Use %s; y si se envió una contraseña o un token, "
    "cámbielo: otros pueden haberlo leído."
)
PAGE = """<!doctype html>
<html lang="es"><head><meta charset="utf-8"><title>403</title></head><body>
<p>{spanish}</p>
<p lang="en">{english}</p></body></html>"""

_log = logging.getLogger(__name__)


class HttpsOnly:
    """Lets through what came by HTTPS, and the probes of whoever runs the machine.

    Only for where somebody tells how a request came: a proxy. Nothing is sent on to a host that
    the request named.
    """

    def __init__(self, app: WSGIApplication, config: Config, headers: dict[str, str]) -> None:
        self._app = app
        self._base_url = config.base_url
        self._headers = {**headers, "Cache-Control": "no-store"}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path = environ.get("PATH_INFO", "")
        if environ["wsgi.url_scheme"] == "https" or path in PROBE_PATHS:
            return self._app(environ, start_response)
        _log.warning(
            "came without encryption; a proxy has to send X-Forwarded-Proto",
            extra={
                "address": environ.get("REMOTE_ADDR", ""),
                "method": environ["REQUEST_METHOD"],
                "told": environ.get("HTTP_X_FORWARDED_PROTO", ""),
            },
        )
        is_page = environ["REQUEST_METHOD"] in ("GET", "HEAD") and not path.startswith(PROGRAMS)
        # Whoever says https and is not believed would come back again and again.
        if is_page and environ.get("HTTP_X_FORWARDED_PROTO") != "https":
            return self._sent_on(environ, start_response)
        return self._refused(environ, start_response)

    def _sent_on(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = quote(environ.get("PATH_INFO", "").encode("latin-1"), _KEPT_IN_PATH)
        query = quote(environ.get("QUERY_STRING", "").encode("latin-1"), _KEPT_IN_QUERY)
        # What does not begin with a slash would become part of the host.
        target = f"{self._base_url}/{path.removeprefix('/')}{'?' if query else ''}{query}"
        headers = {**self._headers, "Location": target, "Content-Length": "0"}
        start_response(_line(HTTPStatus.PERMANENT_REDIRECT), list(headers.items()))
        return []

    def _refused(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status = HTTPStatus.FORBIDDEN
        english, spanish = ENGLISH % self._base_url, SPANISH % self._base_url
        if environ.get("PATH_INFO", "").startswith(PROGRAMS):
            problem = {
                "type": f"{self._base_url}/api/docs#problem-{status.value}",
                "title": status.phrase,
                "status": status.value,
                "detail": f"{english} {spanish}",
            }
            kind, words = "application/problem+json", json.dumps(problem)
        else:
            page = PAGE.format(spanish=spanish, english=english)
            kind, words = "text/html; charset=utf-8", page
        body = words.encode()
        headers = {
            **self._headers,
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        start_response(_line(status), list(headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _line(status: HTTPStatus) -> str:
    return f"{status.value} {status.phrase}"
