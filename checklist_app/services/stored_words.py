"""Whether the library holds an edition word for word, asked of its rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain import standards as content
from checklist_app.domain.vocabulary import Language
from checklist_app.models import Requirement, RequirementText, Standard

_Told = tuple[Any, ...]


def holds_word_for_word(session: Session, row: Standard, standard: content.Standard) -> bool:
    """Return whether a stored edition says what the files say, whatever its digest.

    A digest is compared first; this is for editions that were stored when digests were made
    otherwise. What leads to requirements (CWE, references, tags) does not count.
    """
    stored = session.execute(
        select(Requirement, RequirementText)
        .join(RequirementText, RequirementText.requirement_id == Requirement.id)
        .where(Requirement.standard_id == row.id)
        .order_by(Requirement.position, RequirementText.language)
    )
    return [_stored(one, words) for one, words in stored] == list(_told(standard))


def _stored(one: Requirement, words: RequirementText) -> _Told:
    return (
        one.identifier,
        one.is_leaf,
        one.level,
        tuple(one.applies_to),
        words.language,
        words.title,
        words.statement,
        words.why,
        tuple(words.verification),
        tuple(words.evidence),
        words.fix,
    )


def _told(standard: content.Standard) -> list[_Told]:
    told: list[_Told] = []
    for section in standard.all_sections():
        for language in sorted(Language):
            title, intro = section.title.in_language(language), section.intro.in_language(language)
            told.append(
                (section.identifier, False, None, (), language, title, intro, "", (), (), "")
            )
        told.extend(
            _told_leaf(requirement, language)
            for requirement in section.requirements
            for language in sorted(Language)
        )
    return told


def _told_leaf(requirement: content.Requirement, language: Language) -> _Told:
    return (
        requirement.identifier,
        True,
        requirement.level,
        tuple(surface.value for surface in requirement.applies_to),
        language,
        requirement.title.in_language(language),
        requirement.statement.in_language(language),
        requirement.why.in_language(language),
        requirement.verification.in_language(language),
        requirement.evidence.in_language(language),
        requirement.fix.in_language(language),
    )
