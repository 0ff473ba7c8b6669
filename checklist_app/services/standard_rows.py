"""What a standard's files say, as rows of tables; nothing is stored here."""

from __future__ import annotations

from typing import Any

from checklist_app.catalog.cwe import is_broad
from checklist_app.domain import standards as content
from checklist_app.domain.vocabulary import Confidence, Language, MappingKind, MappingTier
from checklist_app.domain.weakness_tags import names_a_category
from checklist_app.models import Mapping, Requirement, RequirementText, Standard


def per_language(words: content.LocalizedText) -> dict[str, str]:
    """Return words by language."""
    return {language.value: words.in_language(language) for language in Language}


def standard_texts(standard: content.Standard, language: Language) -> dict[str, str]:
    """Return what a standard says of itself in a language."""
    return {
        "name": standard.name.in_language(language),
        "summary": standard.summary.in_language(language),
        "attribution": standard.attribution.in_language(language),
        "provenance": standard.provenance.in_language(language),
    }


def section_row(
    row: Standard, section: content.Section, parent: Requirement | None, position: int
) -> Requirement:
    """Return the row of a section."""
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


def section_text(row: Requirement, section: content.Section, language: Language) -> RequirementText:
    """Return the words of a section in a language."""
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


def leaf_row(
    row: Standard, parent: Requirement, requirement: content.Requirement, position: int
) -> Requirement:
    """Return the row of a requirement; what leads to it and from it comes later."""
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


def reference_row(reference: content.Reference) -> dict[str, Any]:
    """Return a reference to a requirement of another standard."""
    return {
        "standard": reference.standard,
        "version": reference.version,
        "identifier": reference.identifier,
        "relation": reference.relation.value,
    }


def leaf_text(
    row: Requirement, requirement: content.Requirement, language: Language
) -> RequirementText:
    """Return the words of a requirement in a language."""
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


def mapping_rows(
    row: Requirement, requirement: content.Requirement, section_tags: tuple[str, ...]
) -> list[Mapping]:
    """Return what leads to a requirement: weaknesses, its tags, those of its section."""
    by_cwe = [
        Mapping(
            requirement_id=row.id,
            kind=MappingKind.CWE,
            key=str(mapping.cwe),
            source=mapping.source,
            tier=mapping.tier,
            reason=None if mapping.reason is None else per_language(mapping.reason),
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
