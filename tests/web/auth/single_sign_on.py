"""An app with a provider, and the way through it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from checklist_app.models import Event
from tests.web.auth.providers import Liar
from tests.web.visitor import Visitor

Opened = Callable[..., Flask]


def arrive(visitor: Visitor, liar: Liar, path: str = "/sign-in/sso") -> TestResponse:
    """Go to the lying provider and come back."""
    departure = visitor.get(path)
    assert departure.status_code == 303
    return visitor.get(liar.come_back(departure.headers["Location"]))


def reasons(session: Session) -> list[str]:
    session.rollback()
    found = session.scalars(
        select(Event).where(Event.name == "account:sso:refuse").order_by(Event.id)
    )
    return [event.details["reason"] for event in found]
