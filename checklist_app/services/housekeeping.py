"""Bytes that are nobody's: uploads that were refused, or whose request broke off."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy.orm import Session

from checklist_app.blob_store import BlobStore
from checklist_app.models import Blob
from checklist_app.services import access_tokens, idempotency, webhooks
from checklist_app.services.clock import now

SPARED = timedelta(hours=24)
"""Young bytes are left alone: their row may be written a moment later."""

_log = logging.getLogger(__name__)


def reap_blobs(session: Session, store: BlobStore) -> int:
    """Delete stored bytes older than a day that no row names; return how many.

    Bytes come before their row, so that no row ever names what is not there; a request that is
    refused in between leaves them behind.
    """
    moment = now() - SPARED
    store.sweep_drafts(moment)
    reaped = 0
    for sha256 in store.names_before(moment):
        if session.get(Blob, sha256) is None:
            store.delete(sha256, before=moment)
            reaped += 1
        session.expunge_all()
    if reaped:
        _log.info("bytes of nobody deleted", extra={"count": reaped})
    return reaped


def forget_what_is_over(session: Session) -> None:
    """Delete tokens that expired, answers kept for a day, messages of a month ago."""
    access_tokens.forget_expired(session)
    idempotency.forget_old(session)
    webhooks.forget_old_deliveries(session)
