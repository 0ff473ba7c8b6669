"""Files that come and go: parts of a form on the way in, attachments on the way out."""

from __future__ import annotations

from flask import Response, request, send_file
from werkzeug.datastructures import FileStorage

from checklist_app.domain.text import text
from checklist_app.web.problems import Refusal
from checklist_app.web.security import FILE_POLICY
from checklist_app.web.transaction import resources

FIELD = "files"


def sent_files(most: int) -> list[FileStorage]:
    """Return the files of this request.

    Raises:
        Refusal: 400, there are none, too many, or some in another field.
    """
    elsewhere = sorted(set(request.files) - {FIELD})
    if elsewhere:
        raise Refusal(
            400,
            errors=[(f"body/{name}", text("There is no such field here.")) for name in elsewhere],
        )
    sent = [part for part in request.files.getlist(FIELD) if part.filename]
    if not 1 <= len(sent) <= most:
        raise Refusal(
            400,
            errors=[
                (f"body/{FIELD}", text("Send 1 to %(count)s files, each with a name.", count=most))
            ],
        )
    return sent


def attachment(sha256: str, media_type: str, name: str) -> Response:
    """Return stored bytes to be saved and never shown; in parts when they are asked for so."""
    answer = send_file(
        resources().store.path(sha256),
        mimetype=media_type,
        as_attachment=True,
        download_name=name,
        etag=sha256,
    )
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer
