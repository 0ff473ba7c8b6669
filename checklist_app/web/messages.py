"""Short messages on the next page."""

from __future__ import annotations

from flask import flash


def done(message: str) -> None:
    """Say that something worked."""
    flash(message, "success")


def done_with_undo(message: str, undo_url: str) -> None:
    """Say that something worked, with the button that takes it back."""
    # The cookie keeps it as JSON; the template of the messages knows both shapes.
    flash({"text": message, "undo": undo_url}, "success")  # type: ignore[arg-type]
