"""How a requirement is joined with its words in the reader's language."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

from checklist_app.domain.vocabulary import Language
from checklist_app.models import Requirement, RequirementText


def worded(
    language: Language,
    texts: type[RequirementText] = RequirementText,
    requirement_id: InstrumentedAttribute[Any] = Requirement.id,
) -> ColumnElement[bool]:
    """Return the condition that joins ``texts`` to a requirement.

    Args:
        language: the reader's.
        texts: the table, or an alias of it where two requirements of a row have words.
        requirement_id: the column that names the requirement.
    """
    return and_(texts.requirement_id == requirement_id, texts.language == language)
