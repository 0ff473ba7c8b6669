"""What proxies say of a request is believed of those that are named, and nobody else."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from checklist_app.config import Config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)


class KnownProxies:
    """Takes address and scheme of a visitor from the proxies that the operator named.

    Who else connects is taken for what they are themselves, whatever they say: otherwise each
    request could come from another address, and no limit would hold.
    """

    def __init__(self, app: WSGIApplication, config: Config) -> None:
        hops = config.trusted_proxies
        self._networks = config.proxy_addresses
        self._as_it_is = app
        self._as_they_say = ProxyFix(app, x_for=hops, x_proto=hops, x_host=0)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if self._is_proxy(environ.get("REMOTE_ADDR", "")):
            return self._as_they_say(environ, start_response)
        if "HTTP_X_FORWARDED_FOR" in environ or "HTTP_X_FORWARDED_PROTO" in environ:
            _log.warning(
                "no proxy of ours, and not believed; CHECKLIST_PROXY_ADDRESSES names the proxies",
                extra={"address": environ.get("REMOTE_ADDR", "")},
            )
        return self._as_it_is(environ, start_response)

    def _is_proxy(self, peer: str) -> bool:
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)
