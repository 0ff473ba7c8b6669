"""How gunicorn is called, and its log in the form of ours."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from checklist_app.config import Config
from checklist_app.json_logs import JsonFormatter, set_up_logging

APPLICATION = "checklist_app.factory:create_app()"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes an unlinked file there
GRACE_SECONDS = 8


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log, one JSON object a line."""

    def setup(self, cfg: Any) -> None:
        """Set up as usual, then change the form of the lines; the application's log goes along."""
        set_up_logging(cfg.loglevel)
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(JsonFormatter())


def command(config: Config, host: str, port: int) -> list[str]:
    """Return the command that serves the application."""
    options = [
        f"--bind={host}:{port}",
        "--worker-class=gthread",
        f"--workers={config.web_processes}",
        f"--threads={config.web_threads}",
        f"--graceful-timeout={GRACE_SECONDS}",
        "--timeout=60",
        f"--log-level={config.log_level}",
        f"--logger-class={__name__}.{JsonLogger.__name__}",
        "--no-control-socket",
    ]
    if os.access(SHARED_MEMORY, os.W_OK):
        # A slow disk under the heartbeat file would make gunicorn believe that a worker hangs.
        options.append(f"--worker-tmp-dir={SHARED_MEMORY}")
    return [sys.executable, "-m", "gunicorn", *options, APPLICATION]
