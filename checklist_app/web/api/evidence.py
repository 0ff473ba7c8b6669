"""Evidence: files, links and notes of a project, and the items that they speak to."""

from __future__ import annotations

import hashlib
from datetime import datetime

from apiflask import APIBlueprint
from flask import Response, url_for
from pydantic import Field

from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import EvidenceKind
from checklist_app.queries.evidence import EvidenceCard, evidence_after, evidence_file
from checklist_app.services import evidence, uploads
from checklist_app.services.uploads import TakenFile
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import project, requires
from checklist_app.web.api import items
from checklist_app.web.api.files import attachment, sent_files
from checklist_app.web.api.operations import Created, Operation, Upload
from checklist_app.web.api.paging import page, start_of
from checklist_app.web.api.reading import read_fields
from checklist_app.web.api.schemas import Input, Line, ListQuery, LongText, Output, Page
from checklist_app.web.transaction import db_session, resources

blueprint = APIBlueprint("evidence", __name__, url_prefix="/projects/<slug>")

MOST_FILES = 50
BYTES = "application/octet-stream"
ON_ITEM = "/checklists/<int:number>/items/<identifier>/evidence"


class Evidence(Output):
    """A piece of evidence; ``size`` is in bytes, ``sha256`` that of the original file."""

    id: int
    kind: EvidenceKind
    title: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    url: str
    note: str
    author: str
    collected_at: datetime


class AddedEvidence(Output):
    """The evidence that was added, in the order in which it was sent."""

    evidence: list[Evidence]


class EvidenceFiles(Input):
    """Nothing is said besides the files."""


class NewLink(Input):
    """An address; it is shown, never fetched."""

    url: str = Field(min_length=1, max_length=2000)
    title: Line = ""


class NewNote(Input):
    """What somebody saw, in Markdown."""

    note: LongText = Field(min_length=1)
    title: Line = ""


class EvidenceQuery(ListQuery):
    """Which evidence is wanted."""

    kind: EvidenceKind | None = None


def take() -> tuple[list[TakenFile], str]:
    """Store the files of this request."""
    read_fields(EvidenceFiles)
    taken = [
        uploads.take_file(
            resources().store, resources().config, part.filename or "file", part.stream
        )
        for part in sent_files(MOST_FILES)
    ]
    told_apart = "\n".join(f"{file.name} {file.blob.sha256}" for file in taken)
    return taken, hashlib.sha256(told_apart.encode()).hexdigest()


def shown(slug: str, evidence_id: int) -> Evidence:
    """Return a piece of evidence of the project."""
    return _shown(evidence_file(db_session(), project(), evidence_id))


def _shown(card: EvidenceCard) -> Evidence:
    return Evidence.model_validate(card)


def _created(slug: str, evidence_id: int) -> Created:
    db_session().flush()
    address = url_for("api.evidence.show", slug=slug, evidence_id=evidence_id)
    return Created(shown(slug, evidence_id), address)


@blueprint.get("/evidence")
@requires(Permission.PROJECT_VIEW)
@Operation(text("List the evidence of a project"), query=EvidenceQuery, answer=Page[Evidence])
def index(slug: str, query: EvidenceQuery) -> Page[Evidence]:
    """List the evidence."""
    cards = evidence_after(db_session(), project(), query.kind, start_of(query), query.limit + 1)
    return page(query, cards, _shown, lambda card: card.id)


@blueprint.get("/evidence/<int:evidence_id>")
@requires(Permission.PROJECT_VIEW)
@Operation(text("Show a piece of evidence"), answer=Evidence)
def show(slug: str, evidence_id: int) -> Evidence:
    """Show evidence."""
    return shown(slug, evidence_id)


@blueprint.get("/evidence/<int:evidence_id>/file")
@requires(Permission.PROJECT_VIEW)
@Operation(text("Download the original file of a piece of evidence"), produces=BYTES)
def download(slug: str, evidence_id: int) -> Response:
    """Hand out the original bytes, to be saved and never shown."""
    card = evidence_file(db_session(), project(), evidence_id)
    if not card.sha256:
        raise NotFound
    return attachment(card.sha256, BYTES, card.file_name or "evidence")


@blueprint.post(ON_ITEM + "/files")
@requires(Permission.EVIDENCE_ADD)
@Operation(
    text("Add files as evidence of an item"),
    body=Upload(EvidenceFiles, take, MOST_FILES),
    answer=AddedEvidence,
    status=201,
    repeatable=True,
    refusals=(409, 422),
)
def attach_files(slug: str, number: int, identifier: str, body: list[TakenFile]) -> AddedEvidence:
    """Add files."""
    opened = opened_item()
    added = evidence.attach_files(db_session(), project(), resources().config, opened, body)
    db_session().flush()
    return AddedEvidence(evidence=[shown(slug, one.id) for one in added])


@blueprint.post(ON_ITEM + "/links")
@requires(Permission.EVIDENCE_ADD)
@Operation(
    text("Add an address as evidence of an item"),
    body=NewLink,
    answer=Evidence,
    status=201,
    repeatable=True,
    refusals=(409,),
)
def attach_link(slug: str, number: int, identifier: str, body: NewLink) -> Created:
    """Add a link."""
    added = evidence.attach_link(
        db_session(), project(), opened_item(), url=body.url, title=body.title
    )
    return _created(slug, added.id)


@blueprint.post(ON_ITEM + "/notes")
@requires(Permission.EVIDENCE_ADD)
@Operation(
    text("Add a note as evidence of an item"),
    body=NewNote,
    answer=Evidence,
    status=201,
    repeatable=True,
    refusals=(409,),
)
def attach_note(slug: str, number: int, identifier: str, body: NewNote) -> Created:
    """Add a note."""
    added = evidence.attach_note(
        db_session(), project(), opened_item(), note=body.note, title=body.title
    )
    return _created(slug, added.id)


def _item_and_evidence(slug: str, number: int, identifier: str, evidence_id: int) -> items.Item:
    """Return the item whose evidence changes; what the project does not hold comes first."""
    shown(slug, evidence_id)
    return items.shown(slug, number, identifier)


@blueprint.put(ON_ITEM + "/<int:evidence_id>")
@requires(Permission.EVIDENCE_ADD)
@Operation(
    text("Let evidence of the project speak to an item"),
    answer=items.Item,
    existing=_item_and_evidence,
    refusals=(409,),
)
def link(slug: str, number: int, identifier: str, evidence_id: int) -> items.Item:
    """Link evidence; a second time changes nothing."""
    evidence.link_evidence(db_session(), opened_item(), evidence_id)
    db_session().flush()
    return items.shown(slug, number, identifier)


@blueprint.delete(ON_ITEM + "/<int:evidence_id>")
@requires(Permission.EVIDENCE_ADD)
@Operation(
    text("Take evidence off an item"), status=204, existing=_item_and_evidence, refusals=(409,)
)
def unlink(slug: str, number: int, identifier: str, evidence_id: int) -> None:
    """Take evidence off; it stays in the project."""
    evidence.unlink_evidence(db_session(), opened_item(), evidence_id)
