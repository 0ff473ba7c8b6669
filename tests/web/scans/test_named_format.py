"""Whoever uploads a report that names no tool says which format it is, and that is recorded."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from checklist_app.domain.vocabulary import JobState
from checklist_app.models import Event, Evidence, ScanImport
from checklist_app.services.resources import Resources
from tests.cast import Cast, make_checklist
from tests.web.conftest import Visit
from tests.web.scans.test_import import SCANS, work
from tests.web.visitor import Visitor


@pytest.fixture(autouse=True)
def checklist(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()


def upload(visitor: Visitor, named: str, data: bytes = b"[]") -> TestResponse:
    parts: list[tuple[str, Any]] = [
        ("csrf_token", visitor.form_token()),
        ("environment", "main"),
        ("format", named),
        ("files", FileStorage(BytesIO(data), "leaks.json")),
    ]
    boundary, body = encode_multipart(MultiDict(parts))
    return visitor.client.post(
        SCANS, data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )


def test_a_clean_report_is_taken_in_and_who_named_it_is_told(
    session: Session, visit: Visit, resources: Resources
) -> None:
    alice = visit("alice")

    answer = upload(alice, "gitleaks")

    assert answer.status_code == 303
    assert work(resources) == [JobState.DONE]
    done = session.scalars(select(ScanImport)).one()
    assert (done.named_format, done.format, done.tool) == ("gitleaks", "gitleaks", "Gitleaks")
    assert done.account["problems"] == []
    told = session.scalars(select(Event).where(Event.name == "project:scan:upload")).one()
    assert told.details["named_format"] == "gitleaks"
    page = alice.get(answer.headers["Location"]).text
    assert "formato gitleaks" in page


def test_without_a_name_it_is_refused_as_before(visit: Visit, resources: Resources) -> None:
    upload(visit("alice"), "")

    assert work(resources) == [JobState.FAILED]


def test_a_format_that_is_not_there_stores_nothing(session: Session, visit: Visit) -> None:
    answer = upload(visit("alice"), "nessie")

    assert answer.status_code == 422
    assert session.scalars(select(Evidence)).all() == []


def test_the_form_offers_every_format(visit: Visit) -> None:
    page = visit("alice").get(SCANS).text

    assert '<option value="gitleaks">' in page
    assert '<option value="sarif">' in page
