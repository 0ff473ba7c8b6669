"""The check of a report that anybody hands in, on a page or by the interface of programs."""

from __future__ import annotations

from typing import IO

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.errors import TooManyAttempts
from checklist_app.domain.text import text
from checklist_app.services.verification import CheckedReport, check_report
from checklist_app.web.transaction import db_session, resources
from checklist_app.web.turns import places
from checklist_app.web.watch import notice


def check_handed_in(source: IO[bytes]) -> CheckedReport:
    """Judge a file; one that is not as it was signed is noted among the security events.

    Raises:
        TooManyAttempts: as many files as may be are being checked just now.
        TooLarge: it is larger than any upload may be.
    """
    if not places.acquire(blocking=False):
        raise TooManyAttempts(text("Too many attempts. Wait a few minutes and try again."))
    try:
        checked = check_report(db_session(), resources(), source)
    finally:
        places.release()
    if not checked.verification.is_valid:
        notice(
            SecurityKind.TAMPERING,
            subject=checked.verification.sha256,
            status=200,
            verdict=checked.verification.verdict.value,
        )
    return checked
