"""The OpenAPI document: made by APIFlask of what the operations declare, and what guards them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from apiflask import APIFlask
from flask import Flask
from flask_babel import gettext
from werkzeug.routing import Rule

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.web.access import PUBLIC, SAFE_METHODS, SENSITIVE_ACT, declaration
from checklist_app.web.api.operations import (
    KEY_HEADER,
    KEY_PATTERN,
    LOCATES,
    LONGEST_KEY,
    OPERATION,
    Operation,
    Upload,
)
from checklist_app.web.api.problem_schema import PROBLEM, refusal
from checklist_app.web.api.schemas import ListQuery
from checklist_app.web.bearer import API_PREFIX
from checklist_app.web.filters import told
from checklist_app.web.forms import LARGEST_KEY
from checklist_app.web.problems import MEANINGS

VERSION = "1"
TITLE = "OWASP Checklist"
BEARER = "bearer"
MADE_UP = (
    "AUTO_TAGS",
    "AUTO_OPERATION_DESCRIPTION",
    "AUTO_200_RESPONSE",
    "AUTO_404_RESPONSE",
    "AUTO_VALIDATION_ERROR_RESPONSE",
    "AUTO_AUTH_ERROR_RESPONSE",
)
"""What APIFlask would add of its own, and ours is more exact about."""
PARTS_OF_ADDRESSES: dict[str, dict[str, Any]] = {
    "string": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[\w.-]+$"},
    "integer": {"type": "integer", "minimum": 0, "maximum": LARGEST_KEY},
}
ANYWHERE = (400, 401, 405, 429, 500, 503)
WITH_BODY = (413, 415)
IN_PARTS = (206, 416)
RECENT_SIGN_IN = text(
    "Needs a token of a recent sign-in, else 401 with `insufficient_user_authentication`: a "
    "refreshed token keeps the time of the first one."
)


@dataclass(frozen=True)
class Entry:
    """An operation with its address.

    Attributes:
        method: in capitals.
        path: below the interface's own.
        is_sensitive: whether it asks for a recent sign-in.
        locates: whether it says in ``Location`` where the new thing is.
    """

    rule: Rule
    method: str
    path: str
    operation: Operation
    permission: Permission | None
    is_sensitive: bool
    locates: bool

    @property
    def name(self) -> str:
        """What identifies the operation: ``scans_upload``."""
        return str(self.rule.endpoint).removeprefix("api.").replace(".", "_")

    @property
    def room(self) -> str:
        """The noun that it belongs to."""
        return self.name.partition("_")[0]


def entries(app: Flask) -> Iterator[Entry]:
    """Yield every operation of the interface, by address and method."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        view = app.view_functions[rule.endpoint]
        operation = getattr(view, OPERATION, None)
        if operation is None:
            continue
        declared = declaration(app, rule.endpoint)
        permission = None if declared in (PUBLIC, None) else Permission(str(declared))
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix(API_PREFIX)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            is_sensitive = hasattr(view, SENSITIVE_ACT)
            locates = getattr(view, LOCATES)
            yield Entry(rule, method, path, operation, permission, is_sensitive, locates)


def install(app: APIFlask) -> None:
    """Tell APIFlask what is the same for every operation, and what only our guards know."""
    config = app.extensions["checklist_resources"].config
    app.config.update(
        LICENSE={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        SERVERS=[{"url": config.base_url + API_PREFIX.rstrip("/")}],
        SECURITY_SCHEMES={
            BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        },
        **dict.fromkeys(MADE_UP, False),
    )

    @app.spec_processor
    def complete(made: dict[str, Any] | str) -> dict[str, Any] | str:
        return _completed(app, cast("dict[str, Any]", made))


def _completed(app: APIFlask, made: dict[str, Any]) -> dict[str, Any]:
    """Return what APIFlask made of the declarations, with what the guards add to them."""
    components = made["components"]
    components["schemas"] = {**_schemas(components["schemas"]), "Problem": PROBLEM}
    components["responses"] = {
        str(status): refusal(status, meaning) for status, meaning in MEANINGS.items()
    }
    paths: dict[str, dict[str, Any]] = {}
    for entry in entries(app):
        said = made["paths"][API_PREFIX.rstrip("/") + entry.path][entry.method.lower()]
        paths.setdefault(entry.path, {})[entry.method.lower()] = said
        _complete(entry, said)
    return {**made, "security": [{BEARER: []}], "paths": paths}


def _schemas(made: dict[str, Any]) -> dict[str, Any]:
    """Return each schema once: APIFlask keeps one of its own for every schema around it.

    Raises:
        ValueError: two different ones have the same name.
    """
    found: dict[str, Any] = {}
    for name, schema in made.items():
        short = name.rpartition(".")[2]
        if found.setdefault(short, schema) != schema:
            raise ValueError(short)
    for schema in found.values():
        for field in schema.get("properties", {}).values():
            _translate(field)
    return found


def _translate(said: dict[str, Any]) -> None:
    english = said.get("description")
    if english is not None:
        said["description"] = gettext(english)


def _complete(entry: Entry, said: dict[str, Any]) -> None:
    operation = entry.operation
    said["operationId"] = entry.name
    said["tags"] = [entry.room]
    said["summary"] = told(operation.summary)
    if entry.permission is None:
        said["security"] = []
    else:
        said["x-permission"] = entry.permission.value
    if entry.is_sensitive:
        said["description"] = told(RECENT_SIGN_IN)
        said["x-recent-auth"] = True
    if operation.body is not None:
        said["requestBody"]["required"] = True
    for parameter in said["parameters"]:
        _translate(parameter["schema"])
        if parameter["in"] == "path":
            parameter["schema"] = PARTS_OF_ADDRESSES[parameter["schema"]["type"]]
    said["parameters"] += _headers(entry)
    said["responses"] |= _responses(entry, said["responses"][str(operation.status)])


def _headers(entry: Entry) -> Iterator[dict[str, Any]]:
    if entry.operation.existing is not None:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": told(MEANINGS[428]),
            "schema": {"type": "string", "examples": ['"0f3c…"']},
        }
    if entry.operation.repeatable:
        yield {
            "name": KEY_HEADER,
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": KEY_PATTERN, "maxLength": LONGEST_KEY},
        }


def _responses(entry: Entry, success: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the answers that follow from what an operation is; completes that of its success."""
    operation = entry.operation
    if "content" in success:
        success["headers"] = {"ETag": {"schema": {"type": "string"}}}
    if entry.locates:
        address = {"required": True, "schema": {"type": "string", "format": "uri-reference"}}
        success["headers"]["Location"] = address
    if operation.produces is not None:
        yield "206", {**success, "description": HTTPStatus.PARTIAL_CONTENT.phrase}
    elif entry.method in SAFE_METHODS:
        yield "304", {"description": HTTPStatus.NOT_MODIFIED.phrase}
    for status in sorted(set(_refusals(entry))):
        yield str(status), {"$ref": f"#/components/responses/{status}"}


def _refusals(entry: Entry) -> Iterator[int]:
    operation = entry.operation
    yield from ANYWHERE
    yield from operation.refusals
    if operation.query is not None and issubclass(operation.query, ListQuery):
        yield 422
    if entry.permission is not None:
        yield from (403, 404) if "{" in entry.path else (403,)
    if entry.method not in SAFE_METHODS:
        yield from (*WITH_BODY, 409, 422)
    if operation.existing is not None:
        yield from (412, 428)
    if operation.produces is not None:
        yield 416
    if isinstance(operation.body, Upload):
        yield 507
