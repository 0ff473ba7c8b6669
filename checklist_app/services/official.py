"""Official files enter the library: beside our words, or as a standard of their own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from checklist_app.catalog.official.model import Entry, OfficialStandard
from checklist_app.catalog.official.wording import as_standard, statement_of, title_of
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language, StandardOrigin
from checklist_app.models import (
    OfficialDocument,
    OfficialText,
    Requirement,
    RequirementText,
    Standard,
)
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.library_links import relink
from checklist_app.services.standards import load_standard

BATCH = 500


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The file that the words came in."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        is_new: whether the edition was not in the library before.
        texts: official texts that are shown now.
        requirements: requirements of the file.
    """

    key: str
    version: str
    language: Language
    is_new: bool
    texts: int
    requirements: int


def import_official(
    session: Session, actor: Actor | None, official: OfficialStandard, file: FileFacts
) -> Imported:
    """Add the official words of an edition to the library, all of them or none.

    Args:
        session: the transaction of the caller.
        actor: an administrator, or None for the command line.
        official: the file, read.
        file: its name and SHA-256, for the record.

    Raises:
        Conflict: these words, or other words of this edition in this language, are there already.
        InvalidInput: the library has this edition and knows none of the file's identifiers.
    """
    standard = session.scalar(
        select(Standard).where(Standard.key == official.key, Standard.version == official.version)
    )
    is_new = standard is None
    if standard is None:
        load_standard(
            session,
            as_standard(official),
            origin=StandardOrigin.OFFICIAL,
            languages=(official.language,),
        )
        relink(session)
        standard = session.scalars(
            select(Standard).where(
                Standard.key == official.key, Standard.version == official.version
            )
        ).one()
    else:
        _refuse_second(session, standard, official, file)
        _check_same_requirements(session, standard, official)
        if official.language.value not in standard.languages:
            _add_language(session, standard, official)
    texts = _store(session, actor, standard, official, file)
    audit.record(
        session,
        actor,
        "library:official:import",
        f"{official.key} {official.version}",
        language=official.language.value,
        sha256=file.sha256,
        texts=texts,
    )
    return Imported(
        official.key,
        official.version,
        official.language,
        is_new,
        texts,
        len(official.leaves),
    )


def _refuse_second(
    session: Session, standard: Standard, official: OfficialStandard, file: FileFacts
) -> None:
    known = session.scalar(
        select(OfficialDocument).where(
            OfficialDocument.standard_id == standard.id,
            OfficialDocument.language == official.language,
        )
    )
    if known is None:
        return
    rows = session.execute(
        select(Requirement.identifier, OfficialText.text)
        .join(OfficialText, OfficialText.requirement_id == Requirement.id)
        .where(OfficialText.document_id == known.id)
    )
    words = {row[0]: row[1] for row in rows}
    same = known.sha256 == file.sha256 or all(
        _folded(words.get(entry.identifier, "")) == _folded(_shown(entry))
        for entry in official.leaves
    )
    parameters = {
        "edition": f"{official.name} {official.version}",
        "language": official.language.value,
        "file": known.file_name,
    }
    if same:
        raise Conflict(
            text(
                "%(edition)s is there already in this language (%(language)s), from the file "
                "%(file)s. Nothing was changed.",
                **parameters,
            )
        )
    raise Conflict(
        text(
            "%(edition)s is there already in this language (%(language)s) with other words, from "
            "the file %(file)s. A released edition never changes; nothing was loaded.",
            **parameters,
        )
    )


def _check_same_requirements(
    session: Session, standard: Standard, official: OfficialStandard
) -> None:
    known = set(
        session.scalars(
            select(Requirement.identifier).where(Requirement.standard_id == standard.id)
        )
    )
    missing = [entry.identifier for entry in official.leaves if entry.identifier not in known]
    if missing:
        raise InvalidInput(
            text(
                "The library has %(edition)s, but not these requirements of the file: "
                "%(identifiers)s. Is the version right?",
                edition=f"{official.name} {official.version}",
                identifiers=", ".join(missing[:5]) + ("…" if len(missing) > 5 else ""),
            )
        )


def _add_language(session: Session, standard: Standard, official: OfficialStandard) -> None:
    """Put the true words of a language where so far another language stood in for it."""
    rows = _requirement_ids(session, standard)
    for entry in official.entries:
        if entry.identifier in rows:
            session.execute(
                update(RequirementText)
                .where(
                    RequirementText.requirement_id == rows[entry.identifier],
                    RequirementText.language == official.language,
                )
                .values(
                    title=title_of(entry),
                    statement=statement_of(entry) if entry.is_leaf else entry.text,
                )
            )
    standard.languages = sorted([*standard.languages, official.language.value])


def _store(
    session: Session,
    actor: Actor | None,
    standard: Standard,
    official: OfficialStandard,
    file: FileFacts,
) -> int:
    document = OfficialDocument(
        standard_id=standard.id,
        language=official.language,
        edition=official.edition,
        licence=official.licence,
        file_name=file.name[:255],
        file_format=official.file_format,
        sha256=file.sha256,
        imported_by_id=actor.user_id if actor else None,
        imported_at=now(),
    )
    session.add(document)
    session.flush()
    rows = _requirement_ids(session, standard)
    texts = [
        {
            "document_id": document.id,
            "requirement_id": rows[entry.identifier],
            "text": _shown(entry),
        }
        for entry in official.entries
        if entry.identifier in rows and _shown(entry)
    ]
    for start in range(0, len(texts), BATCH):
        session.execute(insert(OfficialText), texts[start : start + BATCH])
    return len(texts)


def _shown(entry: Entry) -> str:
    if entry.is_leaf and entry.title and entry.text and entry.title != entry.text:
        return f"{entry.title}\n\n{entry.text}"
    return statement_of(entry)


def _requirement_ids(session: Session, standard: Standard) -> dict[str, int]:
    rows = session.execute(
        select(Requirement.identifier, Requirement.id).where(Requirement.standard_id == standard.id)
    )
    return {row[0]: row[1] for row in rows}


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()
