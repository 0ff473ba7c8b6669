"""The check of a report that somebody holds: its signature, its bytes, and our register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from checklist_app.config import MEGABYTE
from checklist_app.domain.errors import TooLarge
from checklist_app.domain.text import text
from checklist_app.reports.identity import trust_anchors
from checklist_app.reports.verify import Verification, verify_confined
from checklist_app.services.reports import IssuedReport, find_issued
from checklist_app.services.resources import Resources


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """The judgement, and the report as we issued it when these are its very bytes."""

    verification: Verification
    issued: IssuedReport | None


def check_report(session: Session, resources: Resources, source: IO[bytes]) -> CheckedReport:
    """Judge a file that anybody may hand in; whatever it is, there is an answer.

    Raises:
        TooLarge: it is larger than any upload may be.
    """
    limit = resources.config.max_upload_mb * MEGABYTE
    data = source.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(
            text(
                "The file is larger than the %(limit)s MB that are allowed.",
                limit=resources.config.max_upload_mb,
            )
        )
    issued: list[IssuedReport] = []

    def is_known(sha256: str) -> bool:
        found = find_issued(session, resources.store, sha256)
        issued.extend([found] if found else [])
        return found is not None

    verification = verify_confined(
        data, trusted=trust_anchors(resources.config.signing_dir), known=is_known
    )
    return CheckedReport(verification, issued[0] if issued else None)
