"""The Flask extensions, made here once and bound to the app by the factory."""

from __future__ import annotations

from ipaddress import ip_network

from flask import request
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect

IPV6_NETWORK_BITS = 64


def visitor_network() -> str:
    """Return where a request comes from, for counting: the address, or its IPv6 network.

    One subscriber of IPv6 holds a whole network of 64 bits, and could change address at will.
    """
    address = request.remote_addr or "127.0.0.1"
    if ":" not in address:
        return address
    return str(ip_network(f"{address.partition('%')[0]}/{IPV6_NETWORK_BITS}", strict=False))


babel = Babel()
bootstrap = Bootstrap5()
csrf = CSRFProtect()
limiter = Limiter(key_func=visitor_network, strategy="moving-window")
login_manager = LoginManager()
