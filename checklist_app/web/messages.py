"""Short messages on the next page."""

from __future__ import annotations

from flask import flash


def done(message: str) -> None:
    """Say that something worked."""
    flash(message, "success")
