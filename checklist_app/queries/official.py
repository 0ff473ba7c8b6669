"""Official words beside ours, and the files they came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Language
from checklist_app.models import OfficialDocument, OfficialText, Requirement, Standard, User


@dataclass(frozen=True, slots=True)
class OfficialWords:
    """The official text of one requirement; ``language`` is that of the text."""

    text: str
    language: Language
    edition: str
    licence: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """An official file in the library."""

    key: str
    version: str
    edition: str
    language: Language
    licence: str
    file_name: str
    file_format: str
    sha256: str
    imported_at: datetime
    imported_by: str


def official_words(
    session: Session, requirement: Requirement, language: Language
) -> OfficialWords | None:
    """Return the official text, in the reader's language if it is there, or None.

    Where the requirement is our elaboration of an official entry, that is the text of the entry.
    """
    places = [id_ for id_ in (requirement.id, requirement.parent_id) if id_ is not None]
    rows = session.execute(
        select(OfficialText.text, OfficialDocument, OfficialText.requirement_id)
        .join(OfficialDocument, OfficialDocument.id == OfficialText.document_id)
        .where(OfficialText.requirement_id.in_(places))
    ).all()
    if not rows:
        return None
    words, document, _ = min(
        rows,
        key=lambda row: (row[2] != requirement.id, row[1].language != language, row[1].id),
    )
    return OfficialWords(words, document.language, document.edition, document.licence)


def official_documents(session: Session) -> list[DocumentLine]:
    """Return the official files that were loaded, newest first."""
    rows = session.execute(
        select(OfficialDocument, Standard.key, Standard.version, User.name)
        .join(Standard, Standard.id == OfficialDocument.standard_id)
        .outerjoin(User, User.id == OfficialDocument.imported_by_id)
        .order_by(OfficialDocument.id.desc())
    )
    return [
        DocumentLine(
            key=key,
            version=version,
            edition=document.edition,
            language=document.language,
            licence=document.licence,
            file_name=document.file_name,
            file_format=document.file_format,
            sha256=document.sha256,
            imported_at=document.imported_at,
            imported_by=name or "",
        )
        for document, key, version, name in rows
    ]
