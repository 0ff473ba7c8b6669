"""Evidence: taken in untouched, addressed by SHA-256, linked to the items it speaks to."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from checklist_app.blob_store import MEGABYTE, StoredBlob
from checklist_app.config import Config
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound, TooLarge
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import EvidenceKind, Outcome
from checklist_app.domain.workflow import LONGEST_RATIONALE
from checklist_app.models import Blob, ChecklistItem, Evidence, EvidenceLink
from checklist_app.queries.access import ItemAccess, ProjectAccess
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.freezing import hold_open
from checklist_app.services.holding import hold_item
from checklist_app.services.uploads import TakenFile

LONGEST_URL = 2000
LONGEST_TITLE = 200


def attach_files(
    session: Session,
    access: ProjectAccess,
    config: Config,
    opened: ItemAccess | None,
    taken: list[TakenFile],
) -> list[Evidence]:
    """Make stored files evidence of the project, linked to an item if one is ``opened``."""
    access.require(Permission.EVIDENCE_ADD)
    check_quota(session, access, config, sum(file.blob.size for file in taken))
    return [
        add_evidence(
            session,
            access,
            opened,
            Evidence(
                kind=EvidenceKind.FILE,
                title=file.name,
                file_name=file.name,
                media_type=file.media_type,
                blob_sha256=note_blob(session, file.blob),
                preview_sha256=note_blob(session, file.preview) if file.preview else None,
            ),
        )
        for file in taken
    ]


def attach_link(
    session: Session, access: ProjectAccess, opened: ItemAccess | None, *, url: str, title: str
) -> Evidence:
    """Record an address as evidence; it is shown, never fetched."""
    if len(url) > LONGEST_URL or not _is_web_address(url.strip()):
        raise InvalidInput(
            text("Give a complete address that begins with http:// or https://."), field="url"
        )
    return add_evidence(
        session,
        access,
        opened,
        Evidence(
            kind=EvidenceKind.LINK,
            url=url.strip(),
            title=(title.strip() or url.strip())[:LONGEST_TITLE],
        ),
    )


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def attach_note(
    session: Session, access: ProjectAccess, opened: ItemAccess | None, *, note: str, title: str
) -> Evidence:
    """Record what somebody saw, in Markdown, as evidence."""
    if not note.strip():
        raise InvalidInput(text("The note is empty."), field="note")
    if len(note) > LONGEST_RATIONALE:
        raise InvalidInput(
            text("The note is longer than %(limit)s characters.", limit=LONGEST_RATIONALE),
            field="note",
        )
    first_line = note.strip().splitlines()[0]
    return add_evidence(
        session,
        access,
        opened,
        Evidence(
            kind=EvidenceKind.NOTE,
            note=note.strip(),
            title=(title.strip() or first_line)[:LONGEST_TITLE],
        ),
    )


def link_evidence(session: Session, opened: ItemAccess, evidence_id: int) -> None:
    """Let evidence that the project has already speak to one more item."""
    opened.project.require(Permission.EVIDENCE_ADD)
    hold_open(session, opened.checklist)
    _link(session, opened, open_evidence(session, opened.project, evidence_id))


def unlink_evidence(session: Session, opened: ItemAccess, evidence_id: int) -> None:
    """Take evidence off an item; it stays in the project's library."""
    opened.project.require(Permission.EVIDENCE_ADD)
    hold_open(session, opened.checklist)
    hold_item(session, opened)
    item = opened.item
    link = session.scalar(
        select(EvidenceLink).where(
            EvidenceLink.item_id == item.id, EvidenceLink.evidence_id == evidence_id
        )
    )
    if link is None:
        raise NotFound
    if item.outcome is Outcome.PASS and _links(session, item) == 1:
        raise Conflict(
            text("This is the only evidence of a pass. Change the verdict or add other evidence.")
        )
    session.delete(link)
    audit.record(
        session,
        opened.actor,
        "project:evidence:unlink",
        str(evidence_id),
        project_id=opened.project.project.id,
        item=opened.target,
    )


def add_evidence(
    session: Session, access: ProjectAccess, opened: ItemAccess | None, evidence: Evidence
) -> Evidence:
    """Add a piece of evidence to the project and link it to an item if one is ``opened``."""
    access.require(Permission.EVIDENCE_ADD)
    return keep_evidence(session, access, opened, evidence)


def keep_evidence(
    session: Session, access: ProjectAccess, opened: ItemAccess | None, evidence: Evidence
) -> Evidence:
    """Keep what is evidence of the project because something else was allowed, such as a scan."""
    evidence.project_id = access.project.id
    evidence.author_id = access.actor.user_id
    evidence.collected_at = now()
    session.add(evidence)
    session.flush()
    audit.record(
        session,
        access.actor,
        "project:evidence:add",
        str(evidence.id),
        project_id=access.project.id,
        kind=evidence.kind.value,
        sha256=evidence.blob_sha256,
    )
    if opened is not None:
        hold_open(session, opened.checklist)
        _link(session, opened, evidence)
    return evidence


def check_quota(session: Session, access: ProjectAccess, config: Config, more: int) -> None:
    """Raise TooLarge when ``more`` bytes would not fit into the project's quota."""
    held = session.scalar(
        select(func.coalesce(func.sum(Blob.size), 0))
        .select_from(Evidence)
        .join(Blob, Blob.sha256 == Evidence.blob_sha256)
        .where(Evidence.project_id == access.project.id)
    )
    if int(held or 0) + more > config.project_quota_mb * MEGABYTE:
        raise TooLarge(
            text(
                "The project has used the %(limit)s MB of evidence it may hold.",
                limit=config.project_quota_mb,
            )
        )


def note_blob(session: Session, blob: StoredBlob) -> str:
    """Make sure the blob has its row; return its SHA-256."""
    if session.get(Blob, blob.sha256) is None:
        try:
            with session.begin_nested():
                session.add(Blob(sha256=blob.sha256, size=blob.size, created_at=now()))
        except IntegrityError:
            # Somebody stored the same bytes at the same moment; one row is all there should be.
            pass
    return blob.sha256


def open_evidence(session: Session, access: ProjectAccess, evidence_id: int) -> Evidence:
    """Load evidence through its project, or raise NotFound."""
    evidence = session.scalar(
        select(Evidence).where(Evidence.id == evidence_id, Evidence.project_id == access.project.id)
    )
    if evidence is None:
        raise NotFound
    return evidence


def _link(session: Session, opened: ItemAccess, evidence: Evidence) -> None:
    item = opened.item
    known = session.scalar(
        select(EvidenceLink.id).where(
            EvidenceLink.item_id == item.id, EvidenceLink.evidence_id == evidence.id
        )
    )
    if known is not None:
        return
    session.add(
        EvidenceLink(
            evidence_id=evidence.id,
            item_id=item.id,
            linked_by_id=opened.actor.user_id,
            linked_at=now(),
        )
    )
    session.flush()
    audit.record(
        session,
        opened.actor,
        "project:evidence:link",
        str(evidence.id),
        project_id=opened.project.project.id,
        item=opened.target,
    )


def _links(session: Session, item: ChecklistItem) -> int:
    counted = session.scalar(
        select(func.count()).select_from(EvidenceLink).where(EvidenceLink.item_id == item.id)
    )
    return counted or 0
