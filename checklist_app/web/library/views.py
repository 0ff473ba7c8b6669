"""Official files and lists of one's own, brought in by an administrator."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeTimedSerializer

from checklist_app.catalog.custom.confined import FaultyList
from checklist_app.catalog.custom.workbook import template as workbook_template
from checklist_app.catalog.official.model import Told
from checklist_app.domain.errors import DomainError, InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language
from checklist_app.queries.official import official_documents
from checklist_app.queries.standards import standard_cards
from checklist_app.services import library_files
from checklist_app.services.official import FileFacts
from checklist_app.services.uploads import clean_name
from checklist_app.web.access import actor, requires
from checklist_app.web.filters import told
from checklist_app.web.forms import form_text, show_error
from checklist_app.web.languages import reader_language
from checklist_app.web.library.forms import LibraryFileForm
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, resources

blueprint = Blueprint("library", __name__, url_prefix="/admin/library")

REFUSED = 422
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PREVIEW_SECONDS = 3600
"""How long a list that was looked at can be saved without loading its file again."""


@blueprint.route("", methods=["GET", "POST"])
@requires(Permission.LIBRARY_MANAGE)
def index() -> ResponseReturnValue:
    """Show what is in the library, and take a file for it."""
    form = LibraryFileForm()
    faults: tuple[tuple[str, str, str], ...] = ()
    if form.validate_on_submit():
        try:
            return _taken(form)
        except FaultyList as error:
            db_session().rollback()
            show_error(form, error)
            faults = _told_faults(error)
        except DomainError as error:
            db_session().rollback()
            show_error(form, error)
    page = render_template(
        "library/index.html",
        form=form,
        faults=faults,
        standards=standard_cards(db_session(), reader_language()),
        documents=official_documents(db_session()),
    )
    return page, REFUSED if form.is_submitted() else 200


@blueprint.post("/save")
@requires(Permission.LIBRARY_MANAGE)
def save() -> ResponseReturnValue:
    """Save the very bytes that were looked at."""
    saved = library_files.save_stored(db_session(), actor(), resources().store, _looked_at())
    done(
        gettext(
            "%(list)s %(version)s is in the library now.",
            list=saved.standard.key,
            version=saved.standard.version,
        )
    )
    return redirect(url_for("library.index"), 303)


@blueprint.get("/template.xlsx")
@requires(Permission.LIBRARY_MANAGE)
def template() -> ResponseReturnValue:
    """Give out the workbook in which a list of one's own is filled in."""
    return send_file(
        BytesIO(workbook_template()),
        mimetype=WORKBOOK,
        as_attachment=True,
        download_name="checklist-template.xlsx",
    )


def _taken(form: LibraryFileForm) -> ResponseReturnValue:
    store = resources().store
    blob = library_files.keep_file(store, form.file.data.stream)
    if library_files.is_custom(store, blob.sha256):
        return render_template(
            "library/preview.html",
            preview=library_files.preview_stored(db_session(), store, blob.sha256),
            language=reader_language(),
            looked_at=_stamps().dumps([actor().user_id, blob.sha256]),
        )
    imported = library_files.import_stored(
        db_session(),
        actor(),
        store.path(blob.sha256),
        FileFacts(clean_name(form.file.data.filename or "file"), blob.sha256),
        Told(form.version.data or "", Language(form.language.data) if form.language.data else None),
    )
    done(
        gettext(
            "%(list)s %(version)s: %(count)s official requirements are in the library.",
            list=imported.key,
            version=imported.version,
            count=imported.requirements,
        )
    )
    return redirect(url_for("library.index"), 303)


def _stamps() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(resources().config.session_secret(), salt="library-preview")


def _looked_at() -> str:
    """Return the SHA-256 of what this person was shown a while ago, or raise InvalidInput."""
    try:
        user_id, sha256 = _stamps().loads(form_text("looked_at"), max_age=PREVIEW_SECONDS)
    except BadSignature:
        user_id, sha256 = None, ""
    if user_id != actor().user_id:
        raise InvalidInput(text("The preview is too old. Load the file again."))
    return str(sha256)


def _told_faults(error: FaultyList) -> tuple[tuple[str, str, str], ...]:
    return tuple((fault.where, told(fault.message), fault.detail) for fault in error.faults)
