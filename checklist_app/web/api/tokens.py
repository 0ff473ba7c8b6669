"""Tokens of people: a password for a short access token, and a refresh token for the next."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import request
from pydantic import Field
from werkzeug.exceptions import HTTPException

from checklist_app.domain.errors import InvalidInput, SignInRequired, UnreadableReport
from checklist_app.domain.permissions import Permission
from checklist_app.domain.scopes import Scope
from checklist_app.domain.text import text
from checklist_app.models import User
from checklist_app.services import access_tokens, second_factor, sessions
from checklist_app.services.access_tokens import IssuedTokens, SpentToken
from checklist_app.services.factor_policy import factors_of
from checklist_app.untrusted.json_text import as_object, as_text, load_json
from checklist_app.web.access import actor, origin, public, requires, serves_enrolment
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.schemas import Input, Output
from checklist_app.web.attempts import (
    GUESSES,
    PER_ACCOUNT,
    PER_ACCOUNT_AND_ADDRESS,
    PER_ADDRESS,
    PER_SECOND_STEP,
    SECOND_STEP,
    account_named,
    account_named_here,
    ask_factor_of,
    factor_asked,
    is_usual_place_of,
)
from checklist_app.web.extensions import limiter
from checklist_app.web.transaction import db_session, resources

blueprint = APIBlueprint("tokens", __name__, url_prefix="/token")

REFUSED = 401
LARGEST_BODY = 8192


class TokenRequest(Input):
    """Who signs in, and how far the token is to reach."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1024)
    code: str | None = Field(
        None,
        max_length=64,
        description=str(text("Of the second factor, where the person has one.")),
    )
    scopes: list[Scope] = Field([Scope.FULL], min_length=1, max_length=len(Scope))


class RefreshRequest(Input):
    """The refresh token that came with the last access token."""

    refresh_token: str = Field(max_length=200)


class RevokeRequest(Input):
    """An access token, to end it; or a refresh token, to end everything of its sign-in."""

    token: str = Field(max_length=4096)


class Tokens(Output):
    """An access token for the Authorization header, and what buys the next one, once."""

    access_token: str
    token_type: str
    expires_in: int = Field(description=str(text("Seconds that the access token lives.")))
    refresh_token: str
    scope: str


def _email() -> str:
    """Return the e-mail address that a body speaks of, before it is known to be right."""
    request.max_content_length = LARGEST_BODY
    try:
        body = as_object(load_json(request.get_data()))
    except (UnreadableReport, HTTPException):
        # It will be refused for that. Raised here, it would be taken for a Redis that is lost.
        return ""
    return as_text(body.get("email"))


def _account() -> str:
    return account_named(_email())


def _account_and_address() -> str:
    return account_named_here(_email())


def _is_usual_place() -> bool:
    return is_usual_place_of(_email())


def _was_refused(answer: object) -> bool:
    return getattr(answer, "status_code", 0) == REFUSED


@blueprint.post("")
@public
@limiter.limit(PER_ADDRESS, deduct_when=_was_refused)
@limiter.shared_limit(
    PER_ACCOUNT_AND_ADDRESS, GUESSES, key_func=_account_and_address, deduct_when=_was_refused
)
@limiter.shared_limit(
    PER_ACCOUNT, GUESSES, key_func=_account, deduct_when=_was_refused, exempt_when=_is_usual_place
)
@Operation(
    text("Sign in: get an access token and a refresh token"), body=TokenRequest, answer=Tokens
)
def sign_in(body: TokenRequest) -> Tokens:
    """Exchange a password, and a code where there is a second factor, for tokens."""
    session, config = db_session(), resources().config
    try:
        user = access_tokens.person_by_password(
            session, config, email=body.email, password=body.password
        )
    except InvalidInput as error:
        # Ours holds SQLite's one write lock; the refusal is kept even though this request is not.
        db_session().rollback()
        with resources().sessions.begin() as apart:
            sessions.record_refusal(apart, body.email, origin())
        raise RefusedSignIn(error) from error
    if factors_of(session, user.id).any:
        _show_code(user, body.code or "")
    return _told(access_tokens.open_family(session, config, user, body.scopes, origin()))


def _show_code(user: User, code: str) -> None:
    user_id = user.id
    ask_factor_of(user_id)
    try:
        judge = _judge_guess if code else _judge_code
        judge(user, code)
    except InvalidInput as error:
        db_session().rollback()
        with resources().sessions.begin() as apart:
            second_factor.record_refusal(apart, user_id, origin(), by="code")
        raise RefusedSignIn(error) from error


def _judge_code(user: User, code: str) -> None:
    access_tokens.show_code(db_session(), resources().config, user, code, origin())


_judge_guess = limiter.shared_limit(
    PER_SECOND_STEP, SECOND_STEP, key_func=factor_asked, deduct_when=_was_refused
)(_judge_code)
"""The same, unless too many codes of that person were refused in the last hour, here or there."""


@blueprint.post("/refresh")
@public
@limiter.limit(PER_ADDRESS, deduct_when=_was_refused)
@Operation(text("Get the next tokens for a refresh token"), body=RefreshRequest, answer=Tokens)
def refresh(body: RefreshRequest) -> Tokens:
    """Exchange a refresh token, once; a second time ends everything of its sign-in."""
    try:
        return _told(access_tokens.refresh(db_session(), resources().config, body.refresh_token))
    except SpentToken:
        db_session().rollback()
        with resources().sessions.begin() as apart:
            access_tokens.end_reused_family(apart, body.refresh_token, origin())
        raise


@blueprint.post("/revoke")
@requires(Permission.ACCOUNT_SIGN_OUT)
@serves_enrolment
@Operation(text("End a token of one's own"), body=RevokeRequest, status=204, refusals=(404,))
def revoke(body: RevokeRequest) -> None:
    """End a token at once."""
    access_tokens.revoke(db_session(), resources().config, actor(), body.token)


class RefusedSignIn(SignInRequired):
    """The one answer to every sign-in that fails."""

    def __init__(self, reason: InvalidInput) -> None:
        super().__init__()
        self.text = reason.text


def _told(issued: IssuedTokens) -> Tokens:
    return Tokens(
        access_token=issued.access_token,
        token_type="Bearer",  # nosec B106 # noqa: S106 - the name of a scheme
        expires_in=int(issued.lifetime.total_seconds()),
        refresh_token=issued.refresh_token,
        scope=" ".join(issued.scopes),
    )
