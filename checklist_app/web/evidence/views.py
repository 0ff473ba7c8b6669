"""Evidence: adding, linking, downloading. Originals leave as attachments that run nowhere."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.errors import InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import EvidenceKind
from checklist_app.queries.access import ItemAccess
from checklist_app.queries.evidence import evidence_file, evidence_page
from checklist_app.services import evidence, uploads
from checklist_app.web import item_pages
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import project, requires
from checklist_app.web.forms import form_number, form_text, page_number
from checklist_app.web.security import FILE_POLICY, PREVIEW_POLICY
from checklist_app.web.transaction import begin_writing, db_session, resources
from checklist_app.web.watch import notice, place

blueprint = Blueprint("evidence", __name__, url_prefix="/projects/<slug>")

MOST_FILES = 50


@blueprint.get("/evidence")
@requires(Permission.PROJECT_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show the project's evidence library."""
    kind = request.args.get("kind", "")
    kind = kind if kind in set(EvidenceKind) else ""
    page = evidence_page(db_session(), project(), page_number(), kind)
    return render_template("evidence/index.html", page=page, kind=kind)


@blueprint.post("/checklists/<int:number>/items/<identifier>/evidence")
@requires(Permission.EVIDENCE_ADD)
def attach(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Attach files, a link or a note to an item."""
    try:
        opened = _attach(request.form.get("kind", "file"))
    except InvalidInput as error:
        return item_pages.refused(opened_item(), error)
    return item_pages.saved(opened, "evidence")


@blueprint.post("/checklists/<int:number>/items/<identifier>/evidence/link")
@requires(Permission.EVIDENCE_ADD)
def link_existing(slug: str, number: int, identifier: str) -> ResponseReturnValue:
    """Let evidence of the project speak to one more item."""
    opened = opened_item()
    evidence.link_evidence(db_session(), opened, form_number("evidence_id"))
    return item_pages.saved(opened, "evidence")


@blueprint.post("/checklists/<int:number>/items/<identifier>/evidence/<int:evidence_id>/unlink")
@requires(Permission.EVIDENCE_ADD)
def unlink(slug: str, number: int, identifier: str, evidence_id: int) -> ResponseReturnValue:
    """Take evidence off an item."""
    opened = opened_item()
    evidence.unlink_evidence(db_session(), opened, evidence_id)
    return item_pages.saved(opened, "evidence")


@blueprint.get("/evidence/<int:evidence_id>/file")
@requires(Permission.PROJECT_VIEW)
def download(slug: str, evidence_id: int) -> ResponseReturnValue:
    """Hand out the original bytes, to be saved and never shown."""
    card = evidence_file(db_session(), project(), evidence_id)
    if not card.sha256:
        raise NotFound
    answer = send_file(
        resources().store.path(card.sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=card.file_name or "evidence",
        etag=card.sha256,
    )
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/evidence/<int:evidence_id>/preview")
@requires(Permission.PROJECT_VIEW)
def preview(slug: str, evidence_id: int) -> ResponseReturnValue:
    """Show the re-encoded copy of a picture."""
    card = evidence_file(db_session(), project(), evidence_id)
    if not card.preview_sha256:
        raise NotFound
    answer: Response = send_file(
        resources().store.path(card.preview_sha256),
        mimetype="image/jpeg",
        etag=card.preview_sha256,
    )
    notice(SecurityKind.VIEWING, subject=place(), status=answer.status_code)
    answer.headers["Content-Security-Policy"] = PREVIEW_POLICY
    answer.headers["Cache-Control"] = "no-store"  # it may show what nobody should find on a disk
    return answer


def _attach(kind: str) -> ItemAccess:
    if kind == "link":
        opened = opened_item()
        evidence.attach_link(
            db_session(), opened.project, opened, url=form_text("url"), title=form_text("title")
        )
        return opened
    if kind == "note":
        opened = opened_item()
        evidence.attach_note(
            db_session(), opened.project, opened, note=form_text("note"), title=form_text("title")
        )
        return opened
    # Storing and looking at the files takes long; no transaction waits for it.
    sent = _uploads()
    opened_item()
    begin_writing()
    taken = [
        uploads.take_file(
            resources().store, resources().config, upload.filename or "file", upload.stream
        )
        for upload in sent
    ]
    opened = opened_item()
    evidence.attach_files(db_session(), project(), resources().config, opened, taken)
    return opened


def _uploads() -> list[FileStorage]:
    sent = [upload for upload in request.files.getlist("files") if upload.filename]
    if not sent:
        raise InvalidInput(text("Choose a file first."), field="files")
    if len(sent) > MOST_FILES:
        raise InvalidInput(
            text("At most %(count)s files at once.", count=MOST_FILES), field="files"
        )
    return sent
