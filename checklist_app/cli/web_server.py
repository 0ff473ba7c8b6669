"""How gunicorn is called, and its log in the form of ours."""

from __future__ import annotations

import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from checklist_app.cli.door import Door
from checklist_app.cli.metrics_port import keep_port_open
from checklist_app.cli.unreadable_requests import answer_like_all_others
from checklist_app.cli.waiting_room import PATIENCE_SECONDS, WaitingRoomWorker
from checklist_app.config import Config
from checklist_app.json_logs import JsonFormatter, set_up_logging
from checklist_app.services.resources import Resources

APPLICATION = "checklist_app.factory:create_app()"
SHARED_MEMORY = Path("/dev/shm")  # nosec B108 # noqa: S108 - gunicorn makes an unlinked file there
GRACE_SECONDS = 8


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log, one JSON object a line."""

    def setup(self, cfg: Any) -> None:
        """Set up as usual, then change the form of the lines; the application's log goes along."""
        set_up_logging(cfg.loglevel)
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(JsonFormatter())


class ImpatientWorker(WaitingRoomWorker):
    """Gunicorn's threads, none of which waits for ever for a client that went silent."""

    def init_process(self) -> None:
        """Set up as usual, with doors that lose patience."""
        for door in self.sockets:
            be_impatient(door)
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application as usual; share threads out, and let Prometheus ask."""
        super().load_wsgi()
        resources: Resources = self.wsgi.extensions["checklist_resources"]
        answer_like_all_others(resources.config)
        if not resources.config.trusted_proxies:
            self.turns.share = max(self.cfg.threads // 2, 1)
        keep_port_open(resources)


def be_impatient(door: socket.socket) -> None:
    """Let reading from and writing to each connection that comes through ``door`` end in time.

    Gunicorn reads in blocking mode without a limit, so that as many silent clients as there are
    threads would stop everything. The kernel hands these options on to accepted connections.
    """
    limit = struct.pack("ll", PATIENCE_SECONDS, 0)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


def command(config: Config, door: Door) -> list[str]:
    """Return the command that serves the application."""
    options = [
        f"--bind={door.bind}",
        f"--worker-class={__name__}.{ImpatientWorker.__name__}",
        f"--workers={config.web_processes}",
        f"--threads={config.web_threads}",
        f"--graceful-timeout={GRACE_SECONDS}",
        "--timeout=60",
        f"--log-level={config.log_level}",
        f"--logger-class={__name__}.{JsonLogger.__name__}",
        "--no-control-socket",
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
