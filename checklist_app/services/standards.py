"""Standards enter the library here, once, and never change afterwards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.owasp import digest
from checklist_app.domain import standards as content
from checklist_app.domain.errors import Conflict
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Confidence, Language, MappingKind
from checklist_app.models import Mapping, Requirement, RequirementText, Standard
from checklist_app.services import audit
from checklist_app.services.clock import now

# Weaknesses so general that a finding which names only them says little about one requirement:
# the discouraged classes of the CWE mapping guidance and the pillars of view 1000.
BROAD_CWES = frozenset({20, 200, 284, 285, 287, 435, 664, 682, 691, 693, 697, 703, 707, 710})


def load_standard(session: Session, standard: content.Standard) -> bool:
    """Add a standard to the library unless that very content is there already.

    Returns:
        Whether anything was added.

    Raises:
        Conflict: the library holds the same edition with other content.
    """
    content_digest = digest(standard)
    known = session.scalar(
        select(Standard.digest).where(
            Standard.key == standard.key, Standard.version == standard.version
        )
    )
    if known == content_digest:
        return False
    if known is not None:
        raise Conflict(
            text(
                "%(key)s %(version)s is loaded already and its content differs. A released "
                "edition never changes; give the new content a new version.",
                key=standard.key,
                version=standard.version,
            )
        )
    _insert(session, standard, content_digest)
    audit.record(
        session,
        None,
        "library:standard:load",
        f"{standard.key} {standard.version}",
        digest=content_digest,
    )
    return True


def _insert(session: Session, standard: content.Standard, content_digest: str) -> None:
    row = Standard(
        key=standard.key,
        version=standard.version,
        digest=content_digest,
        licence=standard.licence,
        source_url=standard.source_url,
        texts={language.value: _standard_texts(standard, language) for language in Language},
        loaded_at=now(),
    )
    session.add(row)
    session.flush()
    position = 0
    for section in standard.sections:
        position += 1
        parent = _section_row(row, section, position)
        session.add(parent)
        session.flush()
        session.add_all(_section_text(parent, section, language) for language in Language)
        leaves = []
        for requirement in section.requirements:
            position += 1
            leaves.append((requirement, _leaf_row(row, parent, requirement, position)))
        session.add_all(leaf for _, leaf in leaves)
        session.flush()
        for requirement, leaf in leaves:
            session.add_all(_leaf_text(leaf, requirement, language) for language in Language)
            session.add_all(_mappings(leaf, requirement))
    session.flush()


def _standard_texts(standard: content.Standard, language: Language) -> dict[str, str]:
    return {
        "name": standard.name.in_language(language),
        "summary": standard.summary.in_language(language),
        "attribution": standard.attribution.in_language(language),
        "provenance": standard.provenance.in_language(language),
    }


def _section_row(row: Standard, section: content.Section, position: int) -> Requirement:
    return Requirement(
        standard_id=row.id,
        identifier=section.identifier,
        position=position,
        is_leaf=False,
        cwes=[],
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
        cwes=list(requirement.cwe),
        references=[_reference(reference) for reference in requirement.references],
        applies_to=[surface.value for surface in requirement.applies_to],
        scanners=[scanner.value for scanner in requirement.scanners],
    )


def _reference(reference: content.Reference) -> dict[str, Any]:
    return {
        "standard": reference.standard,
        "version": reference.version,
        "identifier": reference.identifier,
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


def _mappings(row: Requirement, requirement: content.Requirement) -> list[Mapping]:
    by_cwe = [
        Mapping(
            requirement_id=row.id,
            kind=MappingKind.CWE,
            key=str(cwe),
            source="content",
            confidence=Confidence.WEAK if cwe in BROAD_CWES else Confidence.STRONG,
        )
        for cwe in requirement.cwe
    ]
    by_tag = [
        Mapping(
            requirement_id=row.id,
            kind=MappingKind.TAG,
            key=tag,
            source="content",
            confidence=Confidence.STRONG,
        )
        for tag in requirement.tags
    ]
    return by_cwe + by_tag
