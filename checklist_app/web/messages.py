"""Short messages on the next page."""

from __future__ import annotations

from flask import flash


def done(message: str) -> None:
    """Say that something worked."""
    flash(message, "success")


def warn(message: str) -> None:
    """Say that a part of what was asked for was not done."""
    flash(message, "warning")


def done_with_undo(message: str, undo_url: str) -> None:
    """Say that something worked, with the button that takes it back."""
    # The cookie keeps it as JSON; the template of the messages knows both shapes.
    flash({"text": message, "undo": undo_url}, "success")  # type: ignore[arg-type]
