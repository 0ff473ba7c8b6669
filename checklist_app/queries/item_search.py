"""Items by words: in any order, whatever their accents and capitals."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Language
from checklist_app.models import Checklist, Requirement, RequirementText


def told_in_statement(
    session: Session, checklist: Checklist, language: Language, wanted: str
) -> set[str]:
    """Return the identifiers of requirements whose statement holds every word of ``wanted``."""
    if not wanted:
        return set()
    # Compared here: the two databases do not agree on what accents and capitals mean.
    statements = session.execute(
        select(Requirement.identifier, RequirementText.statement)
        .join(RequirementText, RequirementText.requirement_id == Requirement.id)
        .where(
            Requirement.standard_id == checklist.standard_id,
            RequirementText.language == language,
        )
    )
    return {identifier for identifier, told in statements if holds_every_word(told, wanted)}


def holds_every_word(told: str, wanted: str) -> bool:
    """Whether a text holds every word that somebody looks for."""
    folded = _folded(told)
    return all(word in folded for word in _folded(wanted).split())


def _folded(value: str) -> str:
    decomposed = unicodedata.normalize("NFKD", value)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
