"""Standards enter the library here; their words never change afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from checklist_app.catalog.digests import digest, links_digest
from checklist_app.domain import standards as content
from checklist_app.domain.errors import Conflict
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import (
    Language,
    StandardOrigin,
)
from checklist_app.models import Mapping, Requirement, Standard
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.standard_rows import (
    leaf_row,
    leaf_text,
    mapping_rows,
    per_language,
    reference_row,
    section_row,
    section_text,
    standard_texts,
)
from checklist_app.services.stored_words import holds_word_for_word

OFFICIAL_SUFFIX = "-official"


def load_standard(
    session: Session,
    standard: content.Standard,
    *,
    origin: StandardOrigin = StandardOrigin.CONTENT,
    languages: tuple[Language, ...] = tuple(Language),
    files_digest: str = "",
) -> bool:
    """Add a standard to the library, or complete what leads to and from its requirements.

    The caller calls ``library_links.relink`` once after the last standard.

    Args:
        session: the transaction of the caller.
        standard: what the files say.
        origin: who wrote its words.
        languages: those its words were really written in.
        files_digest: digest of the files it was read from, remembered for the next look.

    Returns:
        Whether anything was added or changed.

    Raises:
        Conflict: the library holds the same edition with other words.
    """
    words, links = digest(standard), links_digest(standard)
    known = session.scalar(
        select(Standard).where(Standard.key == standard.key, Standard.version == standard.version)
    )
    if known is not None and known.origin is StandardOrigin.OFFICIAL is not origin:
        _make_way(session, known)
        known = None
    if known is None:
        known = _insert(session, standard, words, origin, languages)
    elif known.digest != words and not _stored_before_links(session, known, standard):
        raise Conflict(
            text(
                "%(key)s %(version)s is loaded already and its content differs. A released "
                "edition never changes; give the new content a new version.",
                key=standard.key,
                version=standard.version,
            )
        )
    known.digest = words
    known.files_digest = files_digest
    if known.links_digest == links:
        return False
    _write_links(session, known, standard)
    known.links_digest = links
    audit.record(
        session,
        None,
        "library:standard:load",
        f"{standard.key} {standard.version}",
        digest=words,
        links=links,
    )
    return True


def _stored_before_links(session: Session, known: Standard, standard: content.Standard) -> bool:
    """Whether an edition has a digest of the first kind, over words and links, and these words."""
    return not known.links_digest and holds_word_for_word(session, known, standard)


def _make_way(session: Session, known: Standard) -> None:
    """Let an edition that was made from an official file give its version to our own wording.

    Checklists that were started on it keep it, word for word.
    """
    known.version = f"{known.version}{OFFICIAL_SUFFIX}"
    session.flush()


def _insert(
    session: Session,
    standard: content.Standard,
    content_digest: str,
    origin: StandardOrigin,
    languages: tuple[Language, ...],
) -> Standard:
    row = Standard(
        key=standard.key,
        version=standard.version,
        digest=content_digest,
        origin=origin,
        languages=[language.value for language in languages],
        is_elaborated=standard.is_elaborated,
        licence=standard.licence,
        source_url=standard.source_url,
        texts={language.value: standard_texts(standard, language) for language in Language},
        loaded_at=now(),
    )
    session.add(row)
    session.flush()
    _insert_sections(session, row, standard.sections, None, 0)
    return row


def _insert_sections(
    session: Session,
    row: Standard,
    sections: tuple[content.Section, ...],
    parent: Requirement | None,
    position: int,
) -> int:
    """Insert sections with all below them; return the last position that was given away."""
    for section in sections:
        position += 1
        heading = section_row(row, section, parent, position)
        session.add(heading)
        session.flush()
        session.add_all(section_text(heading, section, language) for language in Language)
        leaves = []
        for requirement in section.requirements:
            position += 1
            leaves.append((requirement, leaf_row(row, heading, requirement, position)))
        session.add_all(leaf for _, leaf in leaves)
        session.flush()
        for requirement, leaf in leaves:
            session.add_all(leaf_text(leaf, requirement, language) for language in Language)
        position = _insert_sections(session, row, section.sections, heading, position)
    session.flush()
    return position


def _write_links(session: Session, row: Standard, standard: content.Standard) -> None:
    """Bring mappings, references and features of a standard in line with its files."""
    rows = {
        leaf.identifier: leaf
        for leaf in session.scalars(
            select(Requirement).where(Requirement.standard_id == row.id, Requirement.is_leaf)
        )
    }
    session.execute(
        delete(Mapping).where(Mapping.requirement_id.in_([leaf.id for leaf in rows.values()]))
    )
    for requirement, tags in _with_section_tags(standard):
        leaf = rows[requirement.identifier]
        leaf.cwes = list(requirement.cwe)
        leaf.no_cwe = None if requirement.no_cwe is None else per_language(requirement.no_cwe)
        leaf.references = [reference_row(reference) for reference in requirement.references]
        leaf.scanners = [scanner.value for scanner in requirement.scanners]
        leaf.features = [feature.value for feature in requirement.features]
        session.add_all(mapping_rows(leaf, requirement, tags))
    session.flush()


def _with_section_tags(
    standard: content.Standard,
) -> Iterator[tuple[content.Requirement, tuple[str, ...]]]:
    """Yield every requirement with the tags that name the section it stands in."""
    for section in standard.all_sections():
        for requirement in section.requirements:
            yield requirement, section.tags
