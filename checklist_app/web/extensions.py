"""The Flask extensions, made here once and bound to the app by the factory."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from flask import current_app, request
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_limiter import ApplicationLimit, Limiter
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect

from checklist_app.web.heavy import HEAVY, counts_as

IPV4 = 4
IPV6_NETWORK_BITS = 64
ASSETS = frozenset({"static", "bootstrap.static"})
PER_CALLER = "REQUESTS_OF_CALLER"
PER_ADDRESS = "REQUESTS_OF_ADDRESS"
"""Settings of the app that hold the limits of a burst and of a minute, in the limiter's words."""


def visitor_network() -> str:
    """Return where a request comes from, for counting: the address, or its IPv6 network.

    One subscriber of IPv6 holds a whole network of 64 bits, and could change address at will. What
    is no address counts as one, whatever a proxy was told: raised here, an error would be taken for
    a Redis that is lost.
    """
    try:
        address = ip_address((request.remote_addr or "127.0.0.1").partition("%")[0])
    except ValueError:
        return "no address"
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == IPV4:
        return str(address)
    return str(ip_network(f"{address}/{IPV6_NETWORK_BITS}", strict=False))


def caller() -> str:
    """Return who asks, for counting: a token, a person, or whoever comes from that network."""
    if not current_user.is_authenticated:
        return f"address:{visitor_network()}"
    actor = current_user.actor
    return f"person:{actor.user_id}" if actor.token_id is None else f"token:{actor.token_id}"


def _of_kind(kind: str) -> ApplicationLimit:
    return ApplicationLimit(
        lambda: f"{current_app.config[kind]} per hour",
        key_function=caller,
        scope=kind,
        exempt_when=lambda: not counts_as(kind, request.endpoint, request.method),
    )


babel = Babel()
bootstrap = Bootstrap5()
csrf = CSRFProtect()
limiter = Limiter(
    key_func=visitor_network,
    strategy="moving-window",
    application_limits=[
        ApplicationLimit(lambda: current_app.config[PER_ADDRESS], key_function=visitor_network),
        ApplicationLimit(lambda: current_app.config[PER_CALLER], key_function=caller),
        *(_of_kind(kind) for kind in HEAVY),
    ],
    application_limits_exempt_when=lambda: request.endpoint in ASSETS,
    fail_on_first_breach=True,
    # Without a name, addresses that lead nowhere would be free.
    request_identifier=lambda: request.endpoint or "nowhere",
)
"""Counts all requests but those for assets and health; some doors add limits of their own."""
login_manager = LoginManager()
