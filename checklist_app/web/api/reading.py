"""How a request is read: exactly, or refused with the place and the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from checklist_app.config import MEGABYTE
from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.text import Text, text
from checklist_app.untrusted.json_text import load_json
from checklist_app.web.api.schemas import Input, Query
from checklist_app.web.problems import Refusal

JSON = "application/json"
MULTIPART = "multipart/form-data"
LARGEST_JSON = MEGABYTE

WORDS: Mapping[str, Text] = {
    "missing": text("This field is needed."),
    "extra_forbidden": text("There is no such field here."),
    "string_type": text("This has to be a text."),
    "int_type": text("This has to be a whole number."),
    "bool_type": text("This has to be true or false."),
    "list_type": text("This has to be a list."),
    "dict_type": text("This has to be an object."),
    "model_type": text("This has to be an object."),
    "model_attributes_type": text("This has to be an object."),
    "string_too_long": text("This text is too long."),
    "string_too_short": text("This text is too short."),
    "string_pattern_mismatch": text("This text has characters that are not allowed here."),
    "too_long": text("These are too many."),
    "too_short": text("These are too few."),
    "enum": text("This is none of the words that are allowed here."),
    "literal_error": text("This is none of the words that are allowed here."),
    "date_type": text("This has to be a date such as 2030-12-31."),
    "date_parsing": text("This has to be a date such as 2030-12-31."),
    "date_from_datetime_parsing": text("This has to be a date such as 2030-12-31."),
    "greater_than_equal": text("This number is too small."),
    "less_than_equal": text("This number is too large."),
}
"""What each kind of error means to a person; the others are just not valid."""

Model = TypeVar("Model", bound=BaseModel)
Taken = TypeVar("Taken", bound=Input)
NOT_JSON = text(
    "The body is not JSON that everybody reads alike. It has to be one document in UTF-8, with no "
    "key twice, no NaN, no number beyond measure, no half characters, and not deeply nested."
)


def read_query(model: type[Query]) -> Query:
    """Return the parameters of the address.

    Raises:
        Refusal: 400, one is unknown, comes twice or has a value that is not allowed.
    """
    _refuse_twice(request.args, "query")
    return _validated(lambda: model.model_validate(request.args.to_dict()), "query")


def read_json(model: type[Taken]) -> Taken:
    """Return the body of the request.

    Raises:
        Refusal: 400, 413 or 415.
    """
    _check_type(JSON)
    request.max_content_length = min(request.max_content_length or LARGEST_JSON, LARGEST_JSON)
    raw = request.get_data()
    try:
        found = load_json(raw)
        exact = json.dumps(found, ensure_ascii=False, sort_keys=True).encode("utf-8")
    except (UnreadableReport, UnicodeEncodeError, RecursionError) as error:
        raise Refusal(400, NOT_JSON) from error
    return _validated(lambda: model.model_validate_json(exact), "body")


def read_fields(model: type[Taken]) -> Taken:
    """Return the texts of a form with files.

    Raises:
        Refusal: 400 or 415.
    """
    _check_type(MULTIPART)
    _refuse_twice(request.form, "body")
    fields = {name: value for name, value in request.form.items() if name != "files"}
    try:
        exact = json.dumps(fields, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refusal(400) from error
    return _validated(lambda: model.model_validate_json(exact), "body")


def no_body() -> None:
    """Refuse a body where none is taken; an empty one is none.

    Raises:
        Refusal: 400 or 415.
    """
    if request.content_length or request.headers.get("Transfer-Encoding"):
        _check_type(JSON)
        if request.get_data().strip() not in (b"", b"{}"):
            raise Refusal(400, text("This operation takes no body."))


def _check_type(wanted: str) -> None:
    if request.mimetype != wanted:
        raise Refusal(
            415, text("Send the body as %(type)s.", type=wanted), facts={"accepted": [wanted]}
        )


def _refuse_twice(values: MultiDict[str, str], part: str) -> None:
    twice = [name for name, found in values.lists() if len(found) > 1]
    if twice:
        told = text("This stands there twice.")
        raise Refusal(400, errors=[(f"{part}/{name}", told) for name in twice])


def _validated(read: Callable[[], Model], part: str) -> Model:
    try:
        return read()
    except ValidationError as error:
        raise Refusal(400, errors=_places(error, part)) from error


def _places(error: ValidationError, part: str) -> Iterable[tuple[str, Text]]:
    other = text("This is not valid here.")
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        yield "/".join([part, *map(str, one["loc"])])[:200], WORDS.get(one["type"], other)
