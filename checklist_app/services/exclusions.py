"""Requirements that speak of something a project does not have: proposed, confirmed by a person."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import FEATURE_NAMES
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language, Outcome
from checklist_app.models import Checklist, ChecklistItem, Requirement
from checklist_app.queries.access import ItemAccess, ProjectAccess
from checklist_app.services.freezing import hold_open
from checklist_app.services.verdicts import conclude
from checklist_app.translation import translator


def exclusion_reason(missing: Collection[str], language: Language) -> str:
    """Return the sentence that says for want of which features a requirement does not apply."""
    say = translator(language)
    names = ", ".join(say(FEATURE_NAMES[Feature(name)]) for name in missing)
    return say(text("The project has none of: %(features)s.", features=names))


def confirm_exclusions(
    session: Session,
    access: ProjectAccess,
    checklist: Checklist,
    *,
    identifiers: Collection[str],
    language: Language,
) -> int:
    """Record *not applicable* on proposed items; the rationale names what the project lacks.

    Items that somebody has assessed meanwhile, or that were never proposed, are left alone.

    Args:
        session: the transaction of the caller.
        access: a person who may record verdicts in the project.
        checklist: an open checklist of that project.
        identifiers: the requirements that the person confirmed.
        language: of the rationale.

    Returns:
        How many verdicts were recorded.

    Raises:
        InvalidInput: nothing was chosen.
        Conflict: the checklist is signed off.
    """
    access.require(Permission.VERDICT_RECORD)
    hold_open(session, checklist)
    if not identifiers:
        raise InvalidInput(text("Choose at least one requirement."), field="identifier")
    rows = session.execute(
        select(ChecklistItem, Requirement)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .where(
            ChecklistItem.checklist_id == checklist.id,
            ChecklistItem.outcome.is_(None),
            ChecklistItem.missing_features.is_not(None),
        )
        .order_by(ChecklistItem.position)
        .with_for_update(of=ChecklistItem)
    ).all()
    wanted = set(identifiers)
    confirmed = 0
    for item, requirement in rows:
        if requirement.identifier not in wanted:
            continue
        opened = ItemAccess(access, checklist, item, requirement)
        reason = exclusion_reason(item.missing_features or (), language)
        conclude(session, opened, Outcome.NOT_APPLICABLE, reason)
        confirmed += 1
    session.flush()
    return confirmed
