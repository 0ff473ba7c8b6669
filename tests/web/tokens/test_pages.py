"""The page of tokens: made with the secret shown once, listed without it, ended from there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from checklist_app.models import Event, PipelineToken
from checklist_app.services.clock import today
from tests.web.api.program import Program
from tests.web.conftest import Visit

PAGE = "/projects/banca/tokens"


def wanted(**other: object) -> dict[str, object]:
    last = (today() + timedelta(days=30)).isoformat()
    return {"name": "Nightly", "scopes": ["scan:write"], "expires_on": last, **other}


def test_a_token_is_shown_once_and_works(visit: Visit, session: Session) -> None:
    alice = visit("alice")
    made = alice.post(PAGE, wanted())
    assert made.status_code == 200
    (secret,) = set(re.findall(r"chk_[\w-]{43}", made.text))
    assert Program(alice.app, secret).get("projects/banca/scans").status_code == 200
    listed = alice.get(PAGE).text
    assert secret not in listed
    assert secret[:12] in listed
    assert "Nightly" in listed
    event = session.query(Event).filter_by(name="project:token:make").one()
    assert secret not in f"{event.target}{event.details}"


def test_a_revoked_token_is_dead_at_once(visit: Visit, session: Session) -> None:
    alice = visit("alice")
    (secret,) = set(re.findall(r"chk_[\w-]{43}", alice.post(PAGE, wanted()).text))
    token_id = session.query(PipelineToken.id).scalar()
    session.rollback()
    assert alice.post(f"{PAGE}/{token_id}/revoke").status_code == 303
    assert Program(alice.app, secret).get("projects/banca/scans").status_code == 401
    assert alice.post(f"{PAGE}/{token_id}/revoke").status_code == 404


@pytest.mark.parametrize(
    "other", [{"name": " "}, {"scopes": []}, {"scopes": ["full"]}, {"expires_on": "2020-01-01"}]
)
def test_what_cannot_be_made_is_told_with_what_was_typed(
    visit: Visit, session: Session, other: dict[str, object]
) -> None:
    answer = visit("alice").post(PAGE, wanted(**other))
    assert answer.status_code == 422
    assert session.query(PipelineToken).count() == 0
    assert 'role="alert"' in answer.text
