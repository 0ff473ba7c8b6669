"""What an operation declares: to APIFlask what it takes and gives, to ourselves what it promises.

@blueprint.patch("/projects/<slug>")
@requires(Permission.PROJECT_EDIT)
@Operation(text("Change a project"), body=ProjectChange, answer=ProjectOut, existing=show_project)
def edit(slug: str, body: ProjectChange) -> ProjectOut: ...
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Annotated, Any

from apiflask.scaffold import APIScaffold
from apiflask.schema_adapters import registry
from apiflask.schemas import EmptySchema, FileSchema
from flask import Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field, WithJsonSchema, create_model

from checklist_app.domain.text import Text, text
from checklist_app.services import holding
from checklist_app.services.idempotency import FirstAnswer, claim, keep_answer
from checklist_app.web.access import SAFE_METHODS, actor, current_project
from checklist_app.web.api.adapter import ExactAdapter
from checklist_app.web.api.files import FIELD
from checklist_app.web.api.reading import no_body
from checklist_app.web.api.schemas import Input, Output, Query
from checklist_app.web.api.states import check_unchanged, etag
from checklist_app.web.problems import Refusal
from checklist_app.web.transaction import db_session

OPERATION = "api_operation"
LOCATES = "api_operation_locates"
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 120
KEY_PATTERN = "^[!-~]+$"
"""What a key may be made of: the document tells it, and the same words check it."""
KEPT_HEADERS = ("ETag", "Location", "Content-Type")
registry.register("pydantic", ExactAdapter)
EXTENSION = APIScaffold()
"""Declares to APIFlask; its decorators are the same on every blueprint."""
SentFile = Annotated[
    bytes,
    WithJsonSchema(
        {
            "type": "string",
            "format": "binary",  # so that programs know: its bytes have no type of JSON
            "contentMediaType": "application/octet-stream",
        }
    ),
]


@dataclass(frozen=True)
class Upload:
    """A body with files: the schema of its texts, and the function that takes it all in.

    ``take`` stores the bytes before any transaction waits for it. It returns what the view gets as
    ``body``, and a SHA-256 that is the same for the same request.
    """

    fields: type[Input]
    take: Callable[[], tuple[Any, str]]
    most: int

    def schema(self) -> type[Input]:
        """Return the schema of the texts and the files."""
        files = Annotated[list[SentFile], Field(min_length=1, max_length=self.most)]
        name, fields = self.fields.__name__, {FIELD: (files, ...)}
        model: type[Input] = create_model(name, __base__=self.fields, **fields)  # type: ignore[call-overload]
        return model


@dataclass(frozen=True)
class Created:
    """A new thing and its address."""

    thing: Output
    location: str


@dataclass(frozen=True)
class Operation:
    """One operation of the interface.

    Attributes:
        summary: what it does, for the document.
        query: the parameters of its address.
        body: what it takes, as JSON or with files.
        answer: what it gives; None for nothing, or for a file of the type ``produces``.
        status: of its answer when all is well.
        existing: returns the thing that it changes, from the parts of its address; the request
            then has to name the thing's state in ``If-Match``.
        repeatable: whether an ``Idempotency-Key`` makes it count once.
        produces: the type of a file that it gives.
        refusals: statuses that it answers besides those of its kind.
    """

    summary: Text
    query: type[Query] | None = None
    body: type[Input] | Upload | None = None
    answer: Any = None
    status: int = 200
    existing: Callable[..., Output] | None = None
    repeatable: bool = False
    produces: str | None = None
    refusals: tuple[int, ...] = field(default=())

    def __call__(self, view: Callable[..., Any]) -> Callable[..., ResponseReturnValue]:
        """Let a view be called as this operation says, and the document tell it."""

        @wraps(view)
        def called(*, query: Query, body: Any = None, **address: str | int) -> Response:
            given = {"query": query} if self.query is not None else {}
            return self._call(view, address, given, body)

        declared = self._declare_answer(called)
        if isinstance(self.body, Upload):
            declared = EXTENSION.input(self.body.schema(), "form_and_files", "body")(declared)
        elif self.body is not None:
            declared = EXTENSION.input(self.body, "json", "body")(declared)
        declared = EXTENSION.input(self.query or Query, "query", "query")(declared)
        setattr(declared, OPERATION, self)
        setattr(declared, LOCATES, view.__annotations__.get("return") == Created.__name__)
        return declared

    def _declare_answer(self, view: Callable[..., Any]) -> Callable[..., Any]:
        phrase = HTTPStatus(self.status).phrase
        if self.produces is not None:
            file = FileSchema(type="string", format="binary")
            return EXTENSION.output(file, description=phrase, content_type=self.produces)(view)
        schema = EmptySchema if self.answer is None else self.answer
        return EXTENSION.output(schema, self.status, phrase)(view)

    def _call(
        self, view: Callable[..., Any], address: dict[str, Any], given: dict[str, Any], body: Any
    ) -> Response:
        if isinstance(self.body, Upload):
            given["body"], sha256 = self.body.take()
        elif self.body is not None:
            given["body"], sha256 = body, _sha256(body)
        else:
            sha256 = ""
            if request.method not in SAFE_METHODS:
                no_body()
        key = _key() if self.repeatable else None
        if key is not None:
            first = claim(db_session(), actor(), key, _fingerprint(sha256))
            if first is not None:
                return _again(first)
        if self.existing is not None:
            self._check_unchanged(address, body)
        answer = self._answer(view(**address, **given))
        if key is not None:
            keep_answer(db_session(), actor(), key, _kept(answer))
        return answer

    def _check_unchanged(self, arguments: dict[str, Any], body: Any) -> None:
        if self.existing is None:
            return
        access = current_project()
        if access is not None:
            holding.hold_project(db_session(), access)
        else:
            holding.hold_account(db_session(), actor())
        sent = body.model_dump(mode="json", exclude_unset=True) if isinstance(body, Input) else {}
        check_unchanged(self.existing(**arguments), sent)

    def _answer(self, result: Any) -> Response:
        if isinstance(result, Response):
            return result
        if result is None:
            return Response(status=204)
        thing = result.thing if isinstance(result, Created) else result
        answer = Response(thing.model_dump_json(), self.status, mimetype="application/json")
        answer.set_etag(etag(thing))
        if isinstance(result, Created):
            answer.headers["Location"] = result.location
        if request.method in SAFE_METHODS:
            answer.headers["Cache-Control"] = "private, no-cache"
            if etag(thing) in request.if_none_match:
                answer.status_code, answer.data = 304, b""
        return answer


def _sha256(body: Input) -> str:
    said = json.dumps(body.model_dump(mode="json", exclude_unset=True), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _key() -> str | None:
    """Return what the key of this request is kept as; None when it has none."""
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return None
    if len(key) > LONGEST_KEY or re.fullmatch(KEY_PATTERN, key) is None:
        raise Refusal(
            400,
            errors=[
                (
                    f"header/{KEY_HEADER}",
                    text(
                        "Use 1 to %(limit)s visible ASCII characters, no spaces.", limit=LONGEST_KEY
                    ),
                )
            ],
        )
    # Two pipelines of one person name their builds alike: a key is one token's, at one address.
    told = "\n".join((str(actor().token_id or ""), request.method, request.path, key))
    return hashlib.sha256(told.encode()).hexdigest()


def _fingerprint(body_sha256: str) -> str:
    told = "\n".join((request.method, request.full_path, body_sha256))
    return hashlib.sha256(told.encode()).hexdigest()


def _kept(answer: Response) -> FirstAnswer:
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    return FirstAnswer(answer.status_code, headers, answer.get_data(as_text=True))


def _again(first: FirstAnswer) -> Response:
    answer = Response(first.body, first.status, headers=first.headers)
    answer.headers["Idempotent-Replayed"] = "true"
    return answer
