"""Requests that may come twice and count once: the first answer is kept and given again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.models import IdempotencyKey
from checklist_app.services.clock import now

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What was answered when the request came first."""

    status: int
    headers: dict[str, str]
    body: str


def claim(session: Session, actor: Actor, key: str, request_sha256: str) -> FirstAnswer | None:
    """Take a key for this request; return the first answer when the request came before.

    Requests with the same key wait here for each other. Whatever the request does belongs into the
    same transaction, so that key and effect come into being together or not at all.

    Raises:
        InvalidInput: the key was used for another request.
    """
    moment = now()
    session.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.user_id == actor.user_id,
            IdempotencyKey.key == key,
            IdempotencyKey.created_at <= moment - KEPT,
        )
    )
    try:
        with session.begin_nested():
            session.add(
                IdempotencyKey(
                    user_id=actor.user_id,
                    key=key,
                    request_sha256=request_sha256,
                    headers={},
                    created_at=moment,
                )
            )
    except IntegrityError:
        return _first_answer(_row(session, actor, key), request_sha256)
    return None


def keep_answer(session: Session, actor: Actor, key: str, answer: FirstAnswer) -> None:
    """Keep what this request answers, for when it comes again."""
    row = _row(session, actor, key)
    row.status = answer.status
    row.headers = answer.headers
    row.body = answer.body


def forget_old(session: Session) -> None:
    """Delete the keys of more than a day ago."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at <= now() - KEPT))


def _row(session: Session, actor: Actor, key: str) -> IdempotencyKey:
    return session.scalars(
        # Not for update: those who waited share a lock after the key's refusal, and would deadlock.
        select(IdempotencyKey).where(
            IdempotencyKey.user_id == actor.user_id, IdempotencyKey.key == key
        )
    ).one()


def _first_answer(row: IdempotencyKey, request_sha256: str) -> FirstAnswer:
    if row.request_sha256 != request_sha256:
        raise InvalidInput(
            text("This Idempotency-Key was used for another request. Choose a new one."),
            field="Idempotency-Key",
        )
    return FirstAnswer(row.status, dict(row.headers), row.body)
