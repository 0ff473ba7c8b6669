"""Every setting of the system: typed, complete at start, never changed afterwards.

Settings come from ``CHECKLIST_*`` environment variables; secrets may come from a file named by
the same variable with ``_FILE`` behind it. A missing, short, unknown or unreadable value refuses
to start and says which and why. ``docs/operator.md`` is generated from ``settings.py``.
"""

from dataclasses import fields

from checklist_app.config import environment
from checklist_app.config.environment import PREFIX, env_name
from checklist_app.config.outbound import AllowedHost
from checklist_app.config.problems import ConfigError, Problem
from checklist_app.config.settings import Config

MEGABYTE = 1024 * 1024

__all__ = [
    "MEGABYTE",
    "PREFIX",
    "AllowedHost",
    "Config",
    "ConfigError",
    "Problem",
    "env_name",
    "known_names",
]


def known_names() -> frozenset[str]:
    """Return every environment variable that is understood."""
    return environment.known_names(fields(Config))
