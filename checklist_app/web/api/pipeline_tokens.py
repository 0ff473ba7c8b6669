"""Tokens of a project for its pipelines: made by people, told once, ended at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from apiflask import APIBlueprint
from flask import url_for
from pydantic import Field

from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.scopes import PIPELINE_SCOPES, Scope
from checklist_app.domain.text import text
from checklist_app.queries.pipeline_tokens import token_lines
from checklist_app.services import pipeline_tokens
from checklist_app.services.clock import now
from checklist_app.web.access import project, recent_auth, requires
from checklist_app.web.api.operations import Created, Operation
from checklist_app.web.api.paging import cut
from checklist_app.web.api.schemas import Input, ListQuery, Name, Output, Page
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("pipeline_tokens", __name__, url_prefix="/projects/<slug>/tokens")


class PipelineToken(Output):
    """A token; of its secret only the ``prefix`` is known. ``is_over`` when it is of no use."""

    id: int
    name: str
    prefix: str
    scopes: list[Scope]
    made_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_over: bool
    passing: ClassVar[frozenset[str]] = frozenset({"last_used_at"})


class NewTokenSecret(Output):
    """A new token with what a pipeline sends."""

    id: int
    name: str
    secret: str = Field(description=str(text("Shown only this once.")))


class NewPipelineToken(Input):
    """What a token is for, how far it reaches and its last day, at most a year away."""

    name: Name = Field(max_length=pipeline_tokens.LONGEST_NAME)
    scopes: list[Scope] = Field(min_length=1, max_length=len(PIPELINE_SCOPES))
    expires_on: date


def shown(slug: str, token_id: int) -> PipelineToken:
    """Return a token of the project."""
    for line in token_lines(db_session(), project(), now()):
        if line.id == token_id:
            return PipelineToken.model_validate(line)
    raise NotFound


@blueprint.get("")
@requires(Permission.TOKEN_VIEW)
@Operation(text("List the tokens of a project"), query=ListQuery, answer=Page[PipelineToken])
def index(slug: str, query: ListQuery) -> Page[PipelineToken]:
    """List the tokens."""
    lines = token_lines(db_session(), project(), now())
    return cut(query, lines, PipelineToken.model_validate, "id")


@blueprint.post("")
@requires(Permission.TOKEN_MANAGE)
@recent_auth(text("Make a token for a pipeline"))
@Operation(
    text("Make a token for a pipeline; the answer holds its secret"),
    body=NewPipelineToken,
    answer=NewTokenSecret,
    status=201,
)
def make(slug: str, body: NewPipelineToken) -> Created:
    """Make a token; no answer is kept for a second time, because it holds the secret."""
    token, secret = pipeline_tokens.make_token(
        db_session(), project(), name=body.name, scopes=body.scopes, expires_on=body.expires_on
    )
    address = url_for("api.pipeline_tokens.show", slug=slug, token_id=token.id)
    return Created(NewTokenSecret(id=token.id, name=token.name, secret=secret), address)


@blueprint.get("/<int:token_id>")
@requires(Permission.TOKEN_VIEW)
@Operation(text("Show a token"), answer=PipelineToken)
def show(slug: str, token_id: int) -> PipelineToken:
    """Show a token."""
    return shown(slug, token_id)


@blueprint.delete("/<int:token_id>")
@requires(Permission.TOKEN_MANAGE)
@Operation(text("Revoke a token at once"), status=204, existing=shown)
def revoke(slug: str, token_id: int) -> None:
    """Revoke a token; it stays in the list, as one that is over."""
    pipeline_tokens.revoke_token(db_session(), project(), token_id)
