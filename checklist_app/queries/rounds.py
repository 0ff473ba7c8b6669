"""What a new round takes from the one before, requirement by requirement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import NotFound
from checklist_app.domain.lineage import Step
from checklist_app.domain.tailoring import EVERYTHING, Tailoring, missing_features
from checklist_app.domain.vocabulary import Change, Language, Outcome
from checklist_app.models import (
    Checklist,
    Requirement,
    RequirementText,
    Standard,
)
from checklist_app.queries.round_plans import RoundPlan, plan_round
from checklist_app.queries.wording import worded


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One step of the preview in the reader's language; a side is empty where there is nothing.

    ``carried`` tells that the verdict comes along as it is.
    """

    change: Change
    before_identifier: str
    before_title: str
    before_statement: str
    outcome: Outcome | None
    evidence_count: int
    after_identifier: str
    after_title: str
    after_statement: str
    carried: bool


@dataclass(frozen=True, slots=True)
class RoundPreview:
    """What starting the round would do, in numbers and line by line."""

    lines: tuple[RoundLine, ...]
    counts: Mapping[Change, int]
    carried: int
    needs_review: int
    excluded: int


def preview_round(
    session: Session,
    previous: Checklist,
    standard: Standard,
    language: Language,
    tailoring: Tailoring = EVERYTHING,
) -> RoundPreview:
    """Return what a round over ``standard`` would take from ``previous``."""
    plan = plan_round(session, previous, standard, tailoring.level)
    before = _texts(session, previous.standard_id, language)
    after = _texts(session, standard.id, language)
    lines = tuple(_line(plan, step, before, after) for step in plan.steps)
    identifiers = [requirement.identifier for requirement in plan.wanted]
    carried = {identifier for identifier in identifiers if plan.carried(identifier)}
    return RoundPreview(
        lines=lines,
        counts=Counter(step.change for step in plan.steps),
        carried=len(carried),
        needs_review=sum(
            1 for name in identifiers if name not in carried and plan.has_history(name)
        ),
        excluded=sum(
            1 for one in plan.wanted if missing_features(one.features, tailoring.features)
        ),
    )


def _line(
    plan: RoundPlan,
    step: Step,
    before: Mapping[str, tuple[str, str]],
    after: Mapping[str, tuple[str, str]],
) -> RoundLine:
    former = plan.formers.get(step.before)
    carried = plan.carried(step.after) if step.after else None
    return RoundLine(
        change=step.change,
        before_identifier=step.before,
        before_title=before[step.before][0] if step.before else "",
        before_statement=before[step.before][1] if step.before else "",
        outcome=former.outcome if former else None,
        evidence_count=former.evidence_count if former else 0,
        after_identifier=step.after,
        after_title=after[step.after][0] if step.after else "",
        after_statement=after[step.after][1] if step.after else "",
        carried=carried is not None and carried is former,
    )


def _texts(session: Session, standard_id: int, language: Language) -> dict[str, tuple[str, str]]:
    rows = session.execute(
        select(Requirement.identifier, RequirementText.title, RequirementText.statement)
        .join(RequirementText, worded(language))
        .where(Requirement.standard_id == standard_id, Requirement.is_leaf)
    )
    return {identifier: (title, statement) for identifier, title, statement in rows}


def preview_between(
    session: Session,
    previous: Checklist,
    standard_id: int,
    language: Language,
    tailoring: Tailoring = EVERYTHING,
) -> RoundPreview:
    """Return the preview of moving to a standard by its key, or raise NotFound."""
    standard = session.get(Standard, standard_id)
    if standard is None:
        raise NotFound
    return preview_round(session, previous, standard, language, tailoring)
