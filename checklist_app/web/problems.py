"""What went wrong, told to a program: ``application/problem+json`` (RFC 9457), in its language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, request

from checklist_app.domain.errors import (
    ConfirmationRequired,
    DomainError,
    SignInRequired,
    StaleWrite,
)
from checklist_app.domain.text import Text, text
from checklist_app.web.bearer import bearer_token
from checklist_app.web.filters import told
from checklist_app.web.marks import request_id
from checklist_app.web.transaction import resources

MEDIA_TYPE = "application/problem+json"
STALE = 412
STEP_UP = "step_up_required"
"""Names the one refusal that a new sign-in mends, at the end of its type."""
CHALLENGE = "WWW-Authenticate"
NO_TOKEN, DEAD_TOKEN = "Bearer", 'Bearer error="invalid_token"'
TOO_LONG_AGO = 'Bearer error="insufficient_user_authentication", max_age="%d"'
"""What is missing, in the words of RFC 6750 and RFC 9470: a token, one that counts, a sign-in."""

MEANINGS: Mapping[int, Text] = {
    400: text("The request breaks a rule of this interface; nothing was changed."),
    401: text(
        "A valid token is needed in the Authorization header; for some operations, one of a recent "
        "sign-in. WWW-Authenticate says which is missing."
    ),
    403: text("Your role, or the scope of the token, does not allow that."),
    404: text("There is nothing here, or it is not yours to see."),
    405: text("This address does not know that method."),
    406: text("The answer does not exist in the form that was asked for."),
    408: text("What you sent came too slowly. Nothing was saved; try a faster line."),
    409: text("The thing is not in a state that allows this."),
    412: text("It was changed since it was read. Read it again, and decide again."),
    413: text("More bytes than are allowed."),
    415: text("The body has a type that this operation does not take."),
    416: text("The file does not have that range."),
    422: text("What was sent breaks a rule."),
    428: text("Say which state the change is meant for: send its ETag in If-Match."),
    429: text("Too many requests. Wait as long as Retry-After says."),
    500: text("Something of ours went wrong. It was written down under the request id."),
    503: text("The service does not answer just now. Nothing was saved."),
    507: text("The server has no space left. Nothing was saved."),
}
"""What each status means here; the text when there is nothing more exact to say."""


class Refusal(DomainError):
    """A request that breaks the rules of the interface itself.

    Attributes:
        status: of the answer.
        errors: what is wrong where: pairs of a place (``body/name``) and a message.
        facts: members of the answer besides.
    """

    def __init__(
        self,
        status: int,
        message: Text | None = None,
        *,
        errors: Iterable[tuple[str, Text]] = (),
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message or MEANINGS[status])
        self.status = status
        self.errors = tuple(errors)
        self.facts = dict(facts or {})


def problem(status: int, detail: str | None = None, **facts: Any) -> Response:
    """Return an answer that tells what went wrong."""
    meaning = MEANINGS.get(status)
    told_so: dict[str, Any] = {
        "type": f"{resources().config.base_url}/api/docs#problem-{status}",
        "title": told(meaning) if meaning else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or (told(meaning) if meaning else HTTPStatus(status).phrase),
        "instance": request.path,
        "request_id": request_id(),
        **facts,
    }
    answer = Response(json.dumps(told_so, default=str), status, mimetype=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers[CHALLENGE] = NO_TOKEN
    return answer


def of_domain_error(error: DomainError, status: int) -> Response:
    """Return the answer for an error of the domain, whose status the table of errors gives."""
    if isinstance(error, Refusal):
        errors = [_place(place, message) for place, message in error.errors]
        return problem(
            status, told(error.text), **({"errors": errors} if errors else {}), **error.facts
        )
    if isinstance(error, StaleWrite):
        return problem(STALE, None, current=dict(error.current), submitted=dict(error.submitted))
    if isinstance(error, SignInRequired):
        return _sign_in_first(error, status)
    if isinstance(error, ConfirmationRequired):
        return _step_up()
    facts = {"errors": [_place(f"body/{error.field}", error.text)]} if error.field else {}
    return problem(status, told(error.text), **facts)


def _sign_in_first(error: SignInRequired, status: int) -> Response:
    """Say that nobody is known here, and whether that is for a token that does not count."""
    if type(error) is not SignInRequired:
        return problem(status, told(error.text))
    answer = problem(status, told(text("A valid token is needed in the Authorization header.")))
    if bearer_token():
        answer.headers[CHALLENGE] = DEAD_TOKEN
    return answer


def _step_up() -> Response:
    """Say how recent a sign-in has to be, in the words of RFC 9470 as well.

    A page answers the same error by 403 and the form that asks for the proof; a program is told
    that what it sent as authentication does not do.
    """
    config = resources().config
    seconds = config.recent_auth_minutes * 60
    words = text(
        "This needs a sign-in of the last %(minutes)s minutes, which refreshing does not renew. "
        "Get new tokens with POST /api/v1/token, and send the request again.",
        minutes=config.recent_auth_minutes,
    )
    kind = f"{config.base_url}/api/docs#problem-{STEP_UP}"
    answer = problem(HTTPStatus.UNAUTHORIZED, told(words), type=kind, max_age=seconds)
    answer.headers[CHALLENGE] = TOO_LONG_AGO % seconds
    return answer


def _place(place: str, message: Text) -> dict[str, str]:
    return {"place": place, "message": told(message)}
