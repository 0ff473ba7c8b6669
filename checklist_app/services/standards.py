"""Standards enter the library here; their words never change afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from checklist_app.catalog.cwe import is_broad
from checklist_app.catalog.digests import digest, links_digest
from checklist_app.domain import standards as content
from checklist_app.domain.errors import Conflict
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import (
    Confidence,
    Language,
    MappingKind,
    MappingTier,
    StandardOrigin,
)
from checklist_app.domain.weakness_tags import names_a_category
from checklist_app.models import Mapping, Requirement, RequirementText, Standard
from checklist_app.services import audit
from checklist_app.services.clock import now
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
        texts={language.value: _standard_texts(standard, language) for language in Language},
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
        heading = _section_row(row, section, parent, position)
        session.add(heading)
        session.flush()
        session.add_all(_section_text(heading, section, language) for language in Language)
        leaves = []
        for requirement in section.requirements:
            position += 1
            leaves.append((requirement, _leaf_row(row, heading, requirement, position)))
        session.add_all(leaf for _, leaf in leaves)
        session.flush()
        for requirement, leaf in leaves:
            session.add_all(_leaf_text(leaf, requirement, language) for language in Language)
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
        leaf.no_cwe = None if requirement.no_cwe is None else _per_language(requirement.no_cwe)
        leaf.references = [_reference(reference) for reference in requirement.references]
        leaf.scanners = [scanner.value for scanner in requirement.scanners]
        leaf.features = [feature.value for feature in requirement.features]
        session.add_all(_mappings(leaf, requirement, tags))
    session.flush()


def _with_section_tags(
    standard: content.Standard,
) -> Iterator[tuple[content.Requirement, tuple[str, ...]]]:
    """Yield every requirement with the tags that name the section it stands in."""
    for section in standard.all_sections():
        for requirement in section.requirements:
            yield requirement, section.tags


def _per_language(words: content.LocalizedText) -> dict[str, str]:
    return {language.value: words.in_language(language) for language in Language}


def _standard_texts(standard: content.Standard, language: Language) -> dict[str, str]:
    return {
        "name": standard.name.in_language(language),
        "summary": standard.summary.in_language(language),
        "attribution": standard.attribution.in_language(language),
        "provenance": standard.provenance.in_language(language),
    }


def _section_row(
    row: Standard, section: content.Section, parent: Requirement | None, position: int
) -> Requirement:
    return Requirement(
        standard_id=row.id,
        parent_id=None if parent is None else parent.id,
        identifier=section.identifier,
        position=position,
        is_leaf=False,
        cwes=[],
        features=[],
        references=[],
        applies_to=[],
        scanners=[],
    )


def _section_text(
    row: Requirement, section: content.Section, language: Language
) -> RequirementText:
    return RequirementText(
        requirement_id=row.id,
        language=language,
        title=section.title.in_language(language),
        statement=section.intro.in_language(language),
        why="",
        verification=[],
        evidence=[],
        fix="",
    )


def _leaf_row(
    row: Standard, parent: Requirement, requirement: content.Requirement, position: int
) -> Requirement:
    return Requirement(
        standard_id=row.id,
        parent_id=parent.id,
        identifier=requirement.identifier,
        position=position,
        is_leaf=True,
        level=requirement.level,
        cwes=[],
        features=[],
        references=[],
        applies_to=[surface.value for surface in requirement.applies_to],
        scanners=[],
    )


def _reference(reference: content.Reference) -> dict[str, Any]:
    return {
        "standard": reference.standard,
        "version": reference.version,
        "identifier": reference.identifier,
        "relation": reference.relation.value,
    }


def _leaf_text(
    row: Requirement, requirement: content.Requirement, language: Language
) -> RequirementText:
    return RequirementText(
        requirement_id=row.id,
        language=language,
        title=requirement.title.in_language(language),
        statement=requirement.statement.in_language(language),
        why=requirement.why.in_language(language),
        verification=list(requirement.verification.in_language(language)),
        evidence=list(requirement.evidence.in_language(language)),
        fix=requirement.fix.in_language(language),
    )


def _mappings(
    row: Requirement, requirement: content.Requirement, section_tags: tuple[str, ...]
) -> list[Mapping]:
    by_cwe = [
        Mapping(
            requirement_id=row.id,
            kind=MappingKind.CWE,
            key=str(mapping.cwe),
            source=mapping.source,
            tier=mapping.tier,
            reason=None if mapping.reason is None else _per_language(mapping.reason),
            confidence=Confidence.WEAK if is_broad(mapping.cwe) else Confidence.STRONG,
        )
        for mapping in requirement.cwe_mappings
    ]
    exact = [tag for tag in requirement.tags if not names_a_category(tag)]
    categories = {*section_tags, *requirement.tags}.difference(exact)
    return [
        *by_cwe,
        *_tag_mappings(row, MappingKind.TAG, exact, Confidence.STRONG),
        *_tag_mappings(row, MappingKind.CATEGORY, sorted(categories), Confidence.WEAK),
    ]


def _tag_mappings(
    row: Requirement, kind: MappingKind, tags: list[str], confidence: Confidence
) -> list[Mapping]:
    return [
        Mapping(
            requirement_id=row.id,
            kind=kind,
            key=tag,
            source="content",
            tier=MappingTier.CURATED,
            confidence=confidence,
        )
        for tag in tags
    ]
