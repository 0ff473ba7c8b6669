"""An open item, and a look at what an upload left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from checklist_app.config import Config
from checklist_app.domain.alerts import AlertRule, SecurityKind
from checklist_app.models import Alert, Blob, Event, Evidence, EvidenceLink, SecurityEvent
from tests.cast import Cast, make_checklist
from tests.web.visitor import Visitor

ITEM = "/projects/banca/checklists/1/items/IN-01"

Left = Callable[[], dict[str, int]]


@pytest.fixture
def config(config: Config) -> Config:
    """Small limits: two megabytes for a request, one for a file, two for the project."""
    return replace(config, max_upload_mb=2, max_evidence_mb=1, project_quota_mb=1)


@pytest.fixture(autouse=True)
def checklist(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()


@pytest.fixture
def left(session: Session, config: Config) -> Left:
    """Return how many rows there are, and how many unfinished files."""

    def count() -> dict[str, int]:
        session.rollback()
        found = {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Evidence, EvidenceLink, Blob)
        }
        told = select(func.count()).where(Event.name.startswith("project:evidence"))
        found["event"] = session.scalar(told) or 0
        session.rollback()
        found["draft"] = len(list(config.blob_dir.glob(".*-*")))
        return found

    return count


def assert_altered_file_is_told(session: Session, address: str) -> None:
    """Check that a request met a file that is not what was uploaded, and that this raised alarm."""
    altered = SecurityEvent.kind == SecurityKind.FILE_ALTERED
    event = session.scalars(select(SecurityEvent).where(altered)).one()
    assert (event.subject, event.status) == (address, 500)
    alert = session.scalars(select(Alert)).one()
    assert (alert.rule, alert.subject) == (AlertRule.AUDIT_BREAK, address)


def upload(visitor: Visitor, *files: tuple[str, bytes], fragment: bool = False) -> TestResponse:
    """Attach files to the item."""
    fields = [("kind", "file"), ("csrf_token", visitor.form_token())]
    parts = [("files", FileStorage(BytesIO(data), name)) for name, data in files]
    boundary, body = encode_multipart(MultiDict([*fields, *parts]))
    return visitor.client.post(
        f"{ITEM}/evidence",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"X-Requested-With": "fragment"} if fragment else {},
    )
