"""What all forms share: a domain error shown where it belongs, nothing typed lost."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import request
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag

from checklist_app.domain.errors import DomainError, InvalidInput
from checklist_app.domain.text import text
from checklist_app.web.filters import told

__all__ = [
    "SelectChoice",
    "form_choice",
    "form_date",
    "form_number",
    "form_text",
    "page_number",
    "show_error",
]

Word = TypeVar("Word", bound=StrEnum)

_IS_NUMBER = re.compile(r"[0-9]{1,10}")
LARGEST_KEY = 2**31 - 1
"""The largest number that every column of both databases can hold."""
LAST_PAGE = 1_000_000


def show_error(form: FlaskForm, error: DomainError) -> None:
    """Put a domain error beside the field it speaks of, or on top of the form."""
    if error.field and error.field in form:
        form[error.field].errors = [*form[error.field].errors, told(error.text)]
    else:
        form.form_errors.append(told(error.text))


def form_text(name: str) -> str:
    """Return a text field of a hand-written form, without surrounding blanks."""
    return request.form.get(name, "").strip()


def form_number(name: str) -> int:
    """Return a whole number of a hand-written form, or raise InvalidInput."""
    raw = request.form.get(name, "")
    number = int(raw) if _IS_NUMBER.fullmatch(raw) else LARGEST_KEY + 1
    if number > LARGEST_KEY:
        raise InvalidInput(
            text("The form is incomplete. Load the page again and send it once more."), field=name
        )
    return number


def form_date(name: str) -> date:
    """Return a date of a hand-written form, or raise InvalidInput."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError as error:
        raise InvalidInput(text("Please give a date."), field=name) from error


def form_choice(name: str, vocabulary: type[Word]) -> Word:
    """Return a word of a closed vocabulary from a hand-written form, or raise InvalidInput."""
    try:
        return vocabulary(request.form.get(name, ""))
    except ValueError as error:
        raise InvalidInput(text("Choose one of the options."), field=name) from error


def page_number() -> int:
    """Return which page of a list is asked for, from 1."""
    return min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
