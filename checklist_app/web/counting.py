"""Where attempts are counted: in Redis, and by each process alone while Redis is away.

Losing Redis loosens the limits, at most as many times as there are processes, and closes nothing:
a door that shut then could be shut for everybody by whoever brings Redis down.
"""

from __future__ import annotations

import logging
import ssl
from typing import Any

from flask import Flask, Response
from redis.backoff import NoBackoff
from redis.retry import Retry

from checklist_app.config import Config
from checklist_app.domain.alerts import SecurityKind
from checklist_app.metrics import count_redis_lost
from checklist_app.web.extensions import limiter
from checklist_app.web.watch import notice_of_ours

PATIENCE_SECONDS = 1.0
"""How long a request waits for Redis once; afterwards it is taken to be away."""

_log = logging.getLogger(__name__)


def redis_options(config: Config) -> dict[str, Any]:
    """Return how Redis is spoken to: not for long, and where encrypted, only with proof."""
    if not config.redis_url:
        return {}
    options: dict[str, Any] = {
        "socket_connect_timeout": PATIENCE_SECONDS,
        "socket_timeout": PATIENCE_SECONDS,
        # By default the client would try for seconds more, while people wait.
        "retry": Retry(NoBackoff(), 0),
    }
    if config.redis_url.startswith("rediss://"):
        options |= {
            "ssl_cert_reqs": "required",
            "ssl_check_hostname": True,
            "ssl_min_version": ssl.TLSVersion.TLSv1_2,
        }
        if config.redis_ca_file is not None:
            options["ssl_ca_certs"] = str(config.redis_ca_file)
    return options


def is_counting_alone() -> bool:
    """Return whether this process counts for itself although there should be a Redis."""
    # The extension goes over to a strategy of its own, with a storage in memory.
    return limiter.limiter.storage is not limiter.storage


def install(app: Flask, config: Config) -> None:
    """Tell once, in log, figures and security events, that Redis was lost, and that it is back."""
    if not config.redis_url:
        return
    state = {"alone": False}

    @app.after_request
    def tell(response: Response) -> Response:
        alone = is_counting_alone()
        if alone and not state["alone"]:
            _log.error("Redis does not answer; limits are counted by each process alone")
            count_redis_lost()
            notice_of_ours(SecurityKind.REDIS_LOST, subject="Redis")
        elif state["alone"] and not alone:
            _log.warning("Redis answers again; limits are counted together")
        state["alone"] = alone
        return response
