"""What the doors notice, written down after the request in a short transaction of its own."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_login import current_user

from checklist_app.domain.alerts import SecurityKind
from checklist_app.json_logs import without_secrets
from checklist_app.services import security_events
from checklist_app.services.clock import now
from checklist_app.services.faults import is_busy, is_disk_full, is_lost_race
from checklist_app.services.flood import FloodGate
from checklist_app.services.security_events import Noticed
from checklist_app.web.marks import request_id
from checklist_app.web.transaction import resources

SECRET_PARAMETERS = frozenset({"token"})
LAST_GOOD = 299
GATE = "checklist_flood_gate"

_log = logging.getLogger(__name__)


def notice(
    kind: SecurityKind, *, subject: str = "", status: int | None = None, **details: Any
) -> None:
    """Remember something for the end of this request.

    Args:
        kind: what happened.
        subject: what it happened to, as people know it.
        status: the answer that was given.
        details: JSON values; never a secret.
    """
    g.setdefault("noticed", []).append(
        Noticed(
            kind,
            now(),
            user_id=current_user.actor.user_id if current_user.is_authenticated else None,
            subject=subject,
            address=request.remote_addr or "",
            place=f"{request.method} {place()}",
            status=status,
            request_id=request_id(),
            details=details | came_by_token(),
        )
    )


def came_by_token() -> dict[str, Any]:
    """Return which token a pipeline came with; nothing where a person came.

    By its number alone: what a project calls its tokens is for its members.
    """
    token_id = current_user.actor.token_id if current_user.is_authenticated else None
    return {} if token_id is None else {"token_id": token_id}


def notice_of_ours(kind: SecurityKind, *, subject: str) -> None:
    """Remember something that happened to the system itself, whoever's request met it."""
    ours = Noticed(kind, now(), subject=subject, request_id=request_id())
    g.setdefault("noticed", []).append(ours)


def place() -> str:
    """Return the path of this request without what is secret in it, such as a one-time link."""
    path = request.path
    for name in SECRET_PARAMETERS & set(request.view_args or {}):
        path = path.replace(str((request.view_args or {})[name]), "***")
    return without_secrets(path)


def install(app: Flask) -> None:
    """Note each file that is handed out, and write down what was noticed when all is over.

    Has to come before the session of the request is installed: what is torn down last writes when
    the request holds no lock any more.
    """
    app.extensions[GATE] = FloodGate()

    @app.after_request
    def note_download(response: Response) -> Response:
        told = response.headers.get("Content-Disposition", "")
        if told.startswith("attachment") and response.status_code <= LAST_GOOD:
            notice(SecurityKind.DOWNLOAD, subject=place(), status=response.status_code)
        return response

    @app.teardown_request
    def write_down(_error: BaseException | None) -> None:
        gate: FloodGate = current_app.extensions[GATE]
        due = gate.take(g.pop("noticed", []), now())
        if due:
            _keep(gate, due)


def _keep(gate: FloodGate, due: list[Noticed]) -> None:
    """Write events down, or leave them to a later request: the answer waits for no other writer.

    Asking a busy database takes a moment, so one request a second does it for all. What is left
    is in the memory of this process alone, and is lost when it ends before another request comes.
    """
    try:
        with resources().hasty_session() as session:
            for noticed in due:
                security_events.note(session, noticed)
            session.commit()
    except Exception as error:
        if is_busy(error) or is_lost_race(error) or is_disk_full(error):
            if gate.put_back(due):
                _log.warning("security events wait for the database", extra={"count": len(due)})
            return
        # The answer stands whether or not this could be kept; the log line was written.
        _log.exception("security events were not kept", extra={"count": len(due)})
    else:
        gate.was_written()
