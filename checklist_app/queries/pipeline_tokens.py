"""The tokens of a project's pipelines, as those who look after them see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import PipelineToken, User
from checklist_app.queries.access import ProjectAccess


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token; only the ``prefix`` of its secret can be told. ``is_over`` when it is of no use."""

    id: int
    name: str
    prefix: str
    scopes: list[str]
    made_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_over: bool


def token_lines(session: Session, access: ProjectAccess, moment: datetime) -> list[TokenLine]:
    """Return the tokens of a project, those that can be used first, then the newest first."""
    rows = session.execute(
        select(PipelineToken, User.name, User.is_active)
        .join(User, User.id == PipelineToken.user_id)
        .where(PipelineToken.project_id == access.project.id)
        .order_by(PipelineToken.id.desc())
    )
    lines = [
        TokenLine(
            id=token.id,
            name=token.name,
            prefix=token.prefix,
            scopes=token.scopes,
            made_by=name,
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            revoked_at=token.revoked_at,
            is_over=token.revoked_at is not None or token.expires_at <= moment or not is_active,
        )
        for token, name, is_active in rows
    ]
    return sorted(lines, key=lambda line: line.is_over)
