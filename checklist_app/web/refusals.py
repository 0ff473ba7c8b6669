"""Who was refused what, told to the log and among the security events."""

from __future__ import annotations

import logging

from flask import request
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.errors import AlteredFile
from checklist_app.web.marks import request_id
from checklist_app.web.watch import came_by_token, notice, place

TOO_MANY = 429

_log = logging.getLogger(__name__)


def write_down(status: int, error: Exception) -> None:
    """Log who was refused what, so that somebody who tries doors is seen trying.

    A 404 counts: it is what a stranger to a project is told.
    """
    notice(_kind_of(status, error), subject=_about(error), status=status, reason=_name(error))
    _log.warning(
        "refused",
        extra={
            "status": status,
            "reason": _name(error),
            "user_id": current_user.actor.user_id if current_user.is_authenticated else None,
            "address": request.remote_addr,
            "method": request.method,
            "path": place(),
            "request_id": request_id(),
            **came_by_token(),
        },
    )


def _kind_of(status: int, error: Exception) -> SecurityKind:
    if status == TOO_MANY:
        return SecurityKind.THROTTLED
    if isinstance(error, AlteredFile):
        return SecurityKind.FILE_ALTERED
    return SecurityKind.FORM_REFUSED if isinstance(error, CSRFError) else SecurityKind.DENIED


def _about(error: Exception) -> str:
    return place() if isinstance(error, AlteredFile) else ""


def _name(error: Exception) -> str:
    return type(error).__name__
