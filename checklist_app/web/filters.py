"""What templates may do with our values."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask
from flask_babel import format_decimal, gettext

from checklist_app.domain.rich_text import render_markdown
from checklist_app.domain.text import Text

KILOBYTE = 1024
LONGEST_REMEMBERED = 2000
"""Characters; with the size of the memory it bounds what a process keeps."""
UNITS = ("B", "kB", "MB", "GB", "TB")


def markdown(source: str) -> str:
    """Return what a person wrote in Markdown as safe HTML."""
    if len(source) > LONGEST_REMEMBERED:
        return render_markdown(source)
    return _remembered(source) if source else ""


@lru_cache(maxsize=4096)
def _remembered(source: str) -> str:
    """Render a short text once: those of the lists are the same on every page."""
    return render_markdown(source)


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
