"""The copy of a person's data as a download; their account and administration both give it out."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile

from flask import Response, send_file

from checklist_app.services.personal_data import export_another, export_person
from checklist_app.web.access import actor
from checklist_app.web.transaction import db_session

IN_MEMORY = 1_000_000
"""Bytes of a copy beyond which it goes through a file that nobody else can open."""


def personal_data_file(user_id: int, *, by_administrator: bool = False) -> Response:
    """Return the download; it is complete before its first byte is sent, so it never breaks off."""
    export = export_another if by_administrator else export_person
    kept = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    try:
        user = export(db_session(), actor(), user_id, kept)
    except BaseException:
        kept.close()
        raise
    kept.seek(0)
    answer = send_file(
        kept,
        mimetype="application/json",
        as_attachment=True,
        download_name=f"personal-data-{user.id}.json",
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.call_on_close(kept.close)
    return answer
