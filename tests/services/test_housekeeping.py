"""What refused uploads leave behind goes; what anybody holds stays."""

from __future__ import annotations

import os
from io import BytesIO

from sqlalchemy.orm import Session

from checklist_app.services.clock import now
from checklist_app.services.evidence import note_blob
from checklist_app.services.housekeeping import SPARED, reap_blobs
from checklist_app.services.resources import Resources


def age(resources: Resources, sha256: str) -> None:
    old = (now() - 2 * SPARED).timestamp()
    os.utime(resources.store.path(sha256), (old, old))


def test_only_old_bytes_that_no_row_names_are_deleted(
    session: Session, resources: Resources
) -> None:
    held, orphan, young = (
        resources.store.put(BytesIO(name), limit=100) for name in (b"held", b"orphan", b"young")
    )
    note_blob(session, held)
    session.commit()
    for blob in (held, orphan):
        age(resources, blob.sha256)
    assert reap_blobs(session, resources.store) == 1
    assert set(resources.store.names_before(now() + SPARED)) == {held.sha256, young.sha256}


def test_bytes_that_are_uploaded_again_are_young_again(
    session: Session, resources: Resources
) -> None:
    blob = resources.store.put(BytesIO(b"twice"), limit=100)
    age(resources, blob.sha256)
    resources.store.put(BytesIO(b"twice"), limit=100)
    assert reap_blobs(session, resources.store) == 0
