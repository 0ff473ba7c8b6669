"""Short messages on the next page."""

from __future__ import annotations

from flask import flash


def done(message: str) -> None:
    """Say that something worked."""
    flash(message, "success")


def shown_once(message: str) -> None:
    """Say something that the reader has to keep, such as a one-time link."""
    flash(message, "info")
