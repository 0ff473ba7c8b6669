"""What the demonstration tells, as data; see the YAML files beside."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def chapter(name: str) -> Any:
    """Return the content of ``<name>.yaml``."""
    return yaml.safe_load(files(__package__).joinpath(f"{name}.yaml").read_text("utf-8"))
