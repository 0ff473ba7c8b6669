"""Evidence as screens show it; the bytes themselves are never loaded here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.vocabulary import EvidenceKind
from checklist_app.models import (
    Blob,
    Checklist,
    ChecklistItem,
    Evidence,
    EvidenceLink,
    Requirement,
    User,
)
from checklist_app.queries.access import ProjectAccess

PAGE_SIZE = 60
LIBRARY_CHOICES = 200


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """One piece of evidence. ``size`` is in bytes; ``sha256`` is that of the original file."""

    id: int
    kind: EvidenceKind
    title: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    preview_sha256: str
    url: str
    note: str
    author: str
    collected_at: datetime
    project_slug: str


@dataclass(frozen=True, slots=True)
class LinkedItem:
    """An item that a piece of evidence speaks to."""

    checklist_number: int
    identifier: str


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """One page of the library, newest first."""

    cards: list[EvidenceCard]
    links: dict[int, list[LinkedItem]]
    total: int
    total_bytes: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE_SIZE))


def evidence_of_item(session: Session, access: ProjectAccess, item_id: int) -> list[EvidenceCard]:
    """Return the evidence of one item, in the order it was linked."""
    query = (
        _cards(access)
        .join(EvidenceLink, EvidenceLink.evidence_id == Evidence.id)
        .where(EvidenceLink.item_id == item_id)
        .order_by(EvidenceLink.id)
    )
    return [_card(row, access) for row in session.execute(query)]


def evidence_choices(
    session: Session, access: ProjectAccess, item_id: int
) -> list[tuple[int, str]]:
    """Return id and title of the newest evidence of the project that an item has not yet."""
    linked = select(EvidenceLink.evidence_id).where(EvidenceLink.item_id == item_id)
    rows = session.execute(
        select(Evidence.id, Evidence.title)
        .where(Evidence.project_id == access.project.id, Evidence.id.not_in(linked))
        .order_by(Evidence.id.desc())
        .limit(LIBRARY_CHOICES)
    )
    return [(evidence_id, title) for evidence_id, title in rows]


def evidence_page(session: Session, access: ProjectAccess, page: int, kind: str) -> EvidencePage:
    """Return one page of the project's evidence library."""
    mine = Evidence.project_id == access.project.id
    of_kind = Evidence.kind == EvidenceKind(kind) if kind else mine
    total = session.scalar(select(func.count()).select_from(Evidence).where(mine, of_kind)) or 0
    size = session.scalar(
        select(func.coalesce(func.sum(Blob.size), 0))
        .select_from(Evidence)
        .join(Blob, Blob.sha256 == Evidence.blob_sha256)
        .where(mine)
    )
    query = (
        _cards(access)
        .where(of_kind)
        .order_by(Evidence.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    cards = [_card(row, access) for row in session.execute(query)]
    links = _links(session, [card.id for card in cards])
    return EvidencePage(cards, links, total, int(size or 0), page)


def evidence_after(
    session: Session,
    access: ProjectAccess,
    kind: EvidenceKind | None,
    before: int | None,
    limit: int,
) -> list[EvidenceCard]:
    """Return at most ``limit`` pieces of evidence older than ``before``, the newest first."""
    query = _cards(access)
    if kind is not None:
        query = query.where(Evidence.kind == kind)
    if before is not None:
        query = query.where(Evidence.id < before)
    rows = session.execute(query.order_by(Evidence.id.desc()).limit(limit))
    return [_card(row, access) for row in rows]


def evidence_file(session: Session, access: ProjectAccess, evidence_id: int) -> EvidenceCard:
    """Return one piece of evidence of the project, or raise NotFound."""
    row = session.execute(_cards(access).where(Evidence.id == evidence_id)).one_or_none()
    if row is None:
        raise NotFound
    return _card(row, access)


def _links(session: Session, evidence_ids: list[int]) -> dict[int, list[LinkedItem]]:
    rows = session.execute(
        select(EvidenceLink.evidence_id, Checklist.number, Requirement.identifier)
        .join(ChecklistItem, ChecklistItem.id == EvidenceLink.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(EvidenceLink.evidence_id.in_(evidence_ids))
        .order_by(Checklist.number, ChecklistItem.position)
    )
    found: dict[int, list[LinkedItem]] = {}
    for evidence_id, number, identifier in rows:
        found.setdefault(evidence_id, []).append(LinkedItem(number, identifier))
    return found


def _cards(access: ProjectAccess) -> Any:
    return (
        select(Evidence, User.name, Blob.size)
        .join(User, User.id == Evidence.author_id)
        .outerjoin(Blob, Blob.sha256 == Evidence.blob_sha256)
        .where(Evidence.project_id == access.project.id)
    )


def _card(row: Any, access: ProjectAccess) -> EvidenceCard:
    evidence, author, size = row
    return EvidenceCard(
        id=evidence.id,
        kind=evidence.kind,
        title=evidence.title,
        file_name=evidence.file_name,
        media_type=evidence.media_type,
        size=size or 0,
        sha256=evidence.blob_sha256 or "",
        preview_sha256=evidence.preview_sha256 or "",
        url=evidence.url,
        note=evidence.note,
        author=author,
        collected_at=evidence.collected_at,
        project_slug=access.project.slug,
    )
