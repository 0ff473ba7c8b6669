"""What commands share at their start: settings, log, connections."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from checklist_app.config import Config, env_name
from checklist_app.json_logs import set_up_logging

if TYPE_CHECKING:
    from checklist_app.services.resources import Resources


def load_config(environ: Mapping[str, str] = os.environ, *, quiet: bool = False) -> Config:
    """Read the settings and send the log to stderr.

    Args:
        environ: the environment, where options of the command add to it.
        quiet: log only what is wrong, unless the operator set a level; for commands whose answer
            people read.

    Raises:
        ConfigError: with everything that is wrong.
    """
    config = Config.from_env(environ)
    is_quiet = quiet and env_name("log_level") not in environ
    set_up_logging("warning" if is_quiet else config.log_level)
    return config


@contextmanager
def opened(config: Config) -> Iterator[Resources]:
    """Open the connections for one command and give them back at its end."""
    # Here, since SQLAlchemy takes longer to import than some commands take to run.
    from checklist_app.services.resources import Resources  # noqa: PLC0415

    resources = Resources.open(config)
    try:
        yield resources
    finally:
        resources.close()
