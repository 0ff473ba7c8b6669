"""The OpenAPI document, made from what the operations declare: it cannot say anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_babel import gettext
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.web.access import PUBLIC, SAFE_METHODS, SENSITIVE_ACT, declaration
from checklist_app.web.api.files import FIELD
from checklist_app.web.api.operations import (
    KEY_HEADER,
    KEY_PATTERN,
    LONGEST_KEY,
    OPERATION,
    Operation,
    Upload,
)
from checklist_app.web.api.problem_schema import PROBLEM, refusal
from checklist_app.web.api.schemas import ListQuery
from checklist_app.web.bearer import API_PREFIX
from checklist_app.web.filters import told
from checklist_app.web.problems import MEANINGS

VERSION = "1"
REFERENCE = "#/components/schemas/"
ANYWHERE = (400, 401, 405, 429)
WITH_BODY = (413, 415)
IN_PARTS = (206, 416)
RECENT_SIGN_IN = text(
    "Needs a token of a recent sign-in, else 401 with `insufficient_user_authentication`: a "
    "refreshed token keeps the time of the first one."
)


@dataclass(frozen=True)
class Entry:
    """An operation with its address: ``method`` in capitals, ``path`` below the interface's own."""

    rule: Rule
    method: str
    path: str
    operation: Operation
    permission: Permission | None
    is_sensitive: bool
    doc: str

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
            yield Entry(rule, method, path, operation, permission, is_sensitive, view.__doc__ or "")


def document(app: Flask, base_url: str) -> dict[str, Any]:
    """Return the OpenAPI document, its words in the reader's language."""
    every = list(entries(app))
    schemas, names = _schemas(every)
    paths: dict[str, dict[str, Any]] = {}
    for entry in every:
        paths.setdefault(entry.path, {})[entry.method.lower()] = _described(entry, schemas, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OWASP Checklist",
            "version": VERSION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url + API_PREFIX.rstrip("/")}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                str(status): refusal(status, meaning) for status, meaning in MEANINGS.items()
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                }
            },
        },
    }


def _schemas(every: list[Entry]) -> tuple[dict[str, Any], dict[Any, str]]:
    wanted: dict[tuple[type[BaseModel], str], None] = {}
    for entry in every:
        operation = entry.operation
        body = operation.body.fields if isinstance(operation.body, Upload) else operation.body
        for model, mode in (
            (operation.query, "validation"),
            (body, "validation"),
            (operation.answer, "serialization"),
        ):
            if model is not None:
                wanted[model, mode] = None
    mapped, made = models_json_schema(
        list(wanted),  # type: ignore[arg-type]
        ref_template=REFERENCE + "{model}",
    )
    schemas = {name: _in_words(schema) for name, schema in made.get("$defs", {}).items()}
    names = {key: schema["$ref"].removeprefix(REFERENCE) for key, schema in mapped.items()}
    schemas["Problem"] = PROBLEM
    return schemas, names


def _in_words(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with descriptions of its fields in the reader's language.

    What our classes say of themselves is for those who read the code.
    """
    found = {key: value for key, value in schema.items() if key != "description"}
    for field in found.get("properties", {}).values():
        if "description" in field:
            english = field["description"]
            field["description"] = gettext(english)
    return found


def _described(entry: Entry, schemas: dict[str, Any], names: dict[Any, str]) -> dict[str, Any]:
    operation = entry.operation
    said: dict[str, Any] = {
        "operationId": entry.name,
        "tags": [entry.room],
        "summary": told(operation.summary),
        "parameters": [*_path_parameters(entry), *_query(entry, schemas, names), *_headers(entry)],
        "responses": _responses(entry, names),
    }
    if entry.permission is None:
        said["security"] = []
    else:
        said["x-permission"] = entry.permission.value
    if entry.is_sensitive:
        said["description"] = told(RECENT_SIGN_IN)
        said["x-recent-auth"] = True
    if operation.body is not None:
        said["requestBody"] = {"required": True, "content": _body(operation, schemas, names)}
    return said


def _path_parameters(entry: Entry) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", entry.path):
        converter = entry.rule._converters[name]  # noqa: SLF001 - Werkzeug tells it nowhere else
        largest = getattr(converter, "max", None)
        schema: dict[str, Any] = (
            {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[\w.-]+$"}
            if largest is None
            else {"type": "integer", "minimum": 0, "maximum": largest}
        )
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query(
    entry: Entry, schemas: dict[str, Any], names: dict[Any, str]
) -> Iterator[dict[str, Any]]:
    if entry.operation.query is None:
        return
    schema = schemas[names[entry.operation.query, "validation"]]
    for name, field in schema.get("properties", {}).items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "schema": _without_null(field),
        }


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter: null is one that was left out, and is never written."""
    if "anyOf" not in field:
        return {key: value for key, value in field.items() if key != "title"}
    (only,) = [one for one in field["anyOf"] if one.get("type") != "null"]
    kept = {key: value for key, value in field.items() if key not in ("anyOf", "default", "title")}
    return {**kept, **only}


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


def _body(operation: Operation, schemas: dict[str, Any], names: dict[Any, str]) -> dict[str, Any]:
    if not isinstance(operation.body, Upload):
        name = names[operation.body, "validation"]
        return {"application/json": {"schema": {"$ref": REFERENCE + name}}}
    fields = schemas[names[operation.body.fields, "validation"]]
    parts = {
        "type": "array",
        "minItems": 1,
        "maxItems": operation.body.most,
        "items": {
            "type": "string",
            "format": "binary",  # so that programs know: its bytes have no type of JSON
            "contentMediaType": "application/octet-stream",
        },
    }
    schema = {
        **fields,
        "properties": {**fields.get("properties", {}), FIELD: parts},
        "required": [*fields.get("required", []), FIELD],
    }
    return {"multipart/form-data": {"schema": schema}}


def _responses(entry: Entry, names: dict[Any, str]) -> dict[str, Any]:
    found = {str(entry.operation.status): _success(entry.operation, names)}
    if entry.operation.produces is not None:
        found["206"] = {**found["200"], "description": HTTPStatus.PARTIAL_CONTENT.phrase}
    if entry.method in SAFE_METHODS and entry.operation.produces is None:
        found["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
    for status in sorted(set(_refusals(entry))):
        found[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return found


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


def _success(operation: Operation, names: dict[Any, str]) -> dict[str, Any]:
    said: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.produces is not None:
        schema = {"type": "string", "contentMediaType": operation.produces}
        said["content"] = {operation.produces: {"schema": schema}}
        said["headers"] = {"ETag": {"schema": {"type": "string"}}}
    elif operation.answer is not None:
        name = names[operation.answer, "serialization"]
        said["content"] = {"application/json": {"schema": {"$ref": REFERENCE + name}}}
        said["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return said
