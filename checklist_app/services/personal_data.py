"""A copy of what the system holds about a person, written as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import IO, Any

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import Permission
from checklist_app.models import User
from checklist_app.queries.personal_data import person_to_copy, personal_data
from checklist_app.services import audit
from checklist_app.services.clock import now


def export_person(session: Session, actor: Actor, user_id: int, out: IO[bytes]) -> User:
    """Write everything about a person, row after row, and leave an event; return whose it is.

    The document is an object: ``made_at``, ``about`` (key of the account), then one array of
    objects for each section. Moments are ISO 8601 in UTC.

    Args:
        session: the transaction of the caller.
        actor: the person, or an administrator.
        user_id: whom the copy is about.
        out: where it is written to, as UTF-8.

    Raises:
        NotFound: there is no such account.
    """
    user = person_to_copy(session, actor, user_id)
    out.write(f'{{"made_at": {_json(now())}, "about": {user.id}'.encode())
    for name, rows in personal_data(session, actor, user):
        out.write(f',\n"{name}": ['.encode())
        for part in _separated(rows):
            out.write(part)
        out.write(b"]")
    out.write(b"}\n")
    audit.record(session, actor, "account:data:export", user.email)
    return user


def export_another(session: Session, actor: Actor, user_id: int, out: IO[bytes]) -> User:
    """Do the same as an administrator, whoever it is about.

    Raises:
        Forbidden: the actor is none.
        NotFound: there is no such account.
    """
    actor.require(Permission.USER_MANAGE)
    return export_person(session, actor, user_id, out)


def _separated(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    before = "\n "
    for row in rows:
        yield (before + _json(row)).encode()
        before = ",\n "


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_moment)


def _moment(value: Any) -> str:
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value)}")
