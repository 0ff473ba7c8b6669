"""How gunicorn is called, and its log in the form of ours."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from checklist_app.cli.door import Door
from checklist_app.cli.metrics_port import keep_port_open
from checklist_app.cli.unreadable_requests import answer_like_all_others, told_when_full
from checklist_app.cli.waiting_room import WaitingRoomWorker
from checklist_app.config import Config
from checklist_app.json_logs import JsonFormatter, set_up_logging
from checklist_app.services.resources import Resources

APPLICATION = "checklist_app.factory:create_app()"
SHARED_MEMORY = Path("/dev/shm")  # nosec B108 # noqa: S108 - gunicorn makes an unlinked file there
GRACE_SECONDS = 8
MOST_CONNECTIONS = 1000


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log, one JSON object a line."""

    def setup(self, cfg: Any) -> None:
        """Set up as usual, then change the form of the lines; the application's log goes along."""
        set_up_logging(cfg.loglevel)
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(JsonFormatter())


class ImpatientWorker(WaitingRoomWorker):
    """Gunicorn's threads, of which neither one address nor uploads can take all."""

    def load_wsgi(self) -> None:
        """Load the application as usual; share threads out, and let Prometheus ask."""
        super().load_wsgi()
        resources: Resources = self.wsgi.extensions["checklist_resources"]
        answer_like_all_others(resources.config)
        self.told_when_full = told_when_full(resources.config)
        half = max(self.cfg.threads // 2, 1)
        self.turns.uploads = half
        if not resources.config.trusted_proxies:
            self.turns.share = half
        keep_port_open(resources)


def most_connections() -> int:
    """Return how many connections a process takes in; further ones wait at the door.

    Half of what it may have open is left to its files, its database and those whom it calls.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return min(MOST_CONNECTIONS, limit // 2)


def command(config: Config, door: Door) -> list[str]:
    """Return the command that serves the application."""
    options = [
        f"--bind={door.bind}",
        f"--worker-class={__name__}.{ImpatientWorker.__name__}",
        f"--workers={config.web_processes}",
        f"--threads={config.web_threads}",
        f"--worker-connections={most_connections()}",
        f"--graceful-timeout={GRACE_SECONDS}",
        "--timeout=60",
        f"--log-level={config.log_level}",
        f"--logger-class={__name__}.{JsonLogger.__name__}",
        "--no-control-socket",
        # The kernel would wait for one who reads an answer slowly, and know no pace.
        "--no-sendfile",
        # What a proxy says is read by the application, for as many hops as are set. From this
        # machine gunicorn would also take a scheme and a SCRIPT_NAME of anybody's.
        "--forwarded-allow-ips=",
        "--forwarder-headers=",
    ]
    if config.tls_cert is not None:
        options += [f"--certfile={config.tls_cert}", f"--keyfile={config.tls_key}"]
    if os.access(SHARED_MEMORY, os.W_OK):
        # A slow disk under the heartbeat file would make gunicorn believe that a worker hangs.
        options.append(f"--worker-tmp-dir={SHARED_MEMORY}")
    return [sys.executable, "-m", "gunicorn", *options, APPLICATION]
