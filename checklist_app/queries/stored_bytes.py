"""Which bytes the rows name, wherever these lie."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import Blob


def named_bytes(session: Session) -> Sequence[str]:
    """Return the SHA-256 of everything that evidence, previews and reports need, in order."""
    return session.scalars(select(Blob.sha256).order_by(Blob.sha256)).all()
