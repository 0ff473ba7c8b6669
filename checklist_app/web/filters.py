"""What templates may do with our values."""

from __future__ import annotations

from flask import Flask
from flask_babel import format_decimal, gettext

from checklist_app.domain.rich_text import render_markdown
from checklist_app.domain.text import Text

KILOBYTE = 1024
UNITS = ("B", "kB", "MB", "GB", "TB")


def markdown(source: str) -> str:
    """Return what a person wrote in Markdown as safe HTML."""
    return render_markdown(source) if source else ""


def told(message: Text | str) -> str:
    """Return a message in the reader's language."""
    if isinstance(message, Text):
        return message.render(gettext)
    return message


def filesize(size: int) -> str:
    """Return a number of bytes as people say it."""
    value, unit = float(size), 0
    while value >= KILOBYTE and unit < len(UNITS) - 1:
        value, unit = value / KILOBYTE, unit + 1
    return f"{format_decimal(round(value, 1 if unit > 1 else 0))} {UNITS[unit]}"


def install(app: Flask) -> None:
    """Make the filters known to templates."""
    app.jinja_env.filters["markdown"] = markdown
    app.jinja_env.filters["told"] = told
    app.jinja_env.filters["filesize"] = filesize
