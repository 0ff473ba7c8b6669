"""What was asked of ``checklist report``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Order:
    """The arguments of the command; empty strings where nothing was said."""

    project: str
    scans: tuple[Path, ...]
    out: Path
    user: str
    standard: str
    language: str
