"""A forgotten password: the same work for every address, whoever it belongs to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.vocabulary import Letter
from checklist_app.models import User
from checklist_app.services import audit, outbox
from checklist_app.services.email_addresses import normalise_email
from checklist_app.services.sessions import Origin


def ask_for_reset(session: Session, email: str, origin: Origin) -> None:
    """Queue a mail with a reset link for an address.

    One query, one job and one event in every case: neither the answer nor its time tells whether
    there is an account. Whether anybody gets a mail is settled by the worker.
    """
    try:
        address = normalise_email(email)
    except InvalidInput:
        address = ""  # people type passwords into the wrong field; that is not kept
    user = session.scalar(select(User).where(User.email == address))
    outbox.queue(session, Letter.RESET, user)
    audit.record(
        session,
        None,
        "account:reset:ask",
        address,
        address=origin.address,
        request_id=origin.request_id,
    )
