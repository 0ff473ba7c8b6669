"""What findings propose for the items of open checklists; a person decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Select, case, delete, func, select, update
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import (
    ChecklistStatus,
    Confidence,
    Outcome,
)
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Project,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.queries.marks import counts, set_aside
from checklist_app.services.clock import now, today
from checklist_app.services.corrected_routes import Rule
from checklist_app.services.routing import batches
from checklist_app.services.suggestion_links import MILDEST_RANK, Completing


def refresh(session: Session, project: Project) -> None:
    """Bring the suggestions of a project's open checklists in line with the findings that count.

    Adds what is missing, takes away what findings had proposed that count no more, and leaves
    the rest untouched, so that a second call writes nothing. A finding below the threshold of the
    project, or one that rests on weak routes alone, proposes ``partial``: somebody should look.
    """
    withdraw_closed(session, project)
    ids = session.scalars(
        select(Finding.id)
        .where(Finding.project_id == project.id, counts(today()))
        .order_by(Finding.id)
    ).all()
    refresh_findings(session, project, ids)


def refresh_findings(
    session: Session,
    project: Project,
    finding_ids: Sequence[int],
    *,
    go_on: Callable[[], None] = lambda: None,
) -> None:
    """Add what open ones of these findings propose and what is missing; nothing is taken away.

    Args:
        session: the transaction of the caller.
        project: whose findings they are.
        finding_ids: such as those that an import added or changed.
        go_on: called before every batch; raises if the work is not wanted any more.
    """
    if not finding_ids:
        return
    completing = Completing(session, project)
    for batch in batches(finding_ids):
        go_on()
        completing.take(batch)


def withdraw_closed(session: Session, project: Project) -> None:
    """Take away what findings had proposed that count no more."""
    is_closed = (Finding.project_id == project.id) & set_aside(today())
    _withdraw(
        session, project, SuggestionFinding.finding_id.in_(select(Finding.id).where(is_closed))
    )


def settle_rated(session: Session, project: Project, finding_ids: Sequence[int]) -> None:
    """Bring suggestions of open checklists in line after findings got another severity."""
    touched: set[int] = set()
    for batch in batches(finding_ids):
        touched.update(
            session.scalars(
                _in_open_checklists(project).where(SuggestionFinding.finding_id.in_(batch))
            )
        )
    _settle(session, project, touched)


def refresh_weak(session: Session, project: Project) -> None:
    """Bring suggestions in line after the library changed: a weak route may lead elsewhere now."""
    _withdraw(session, project, SuggestionFinding.confidence == Confidence.WEAK)
    refresh(session, project)


def apply_threshold(session: Session, project: Project) -> None:
    """Bring suggestions of open checklists in line with the project's threshold."""
    ids = session.scalars(
        select(Suggestion.id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(Checklist.project_id == project.id, Checklist.status == ChecklistStatus.OPEN)
    )
    _settle(session, project, set(ids))


def refresh_rule(session: Session, project: Project, rule: Rule) -> None:
    """Bring suggestions in line after somebody corrected where a rule leads."""
    tool, rule_id = rule
    of_rule = select(Finding.id).where(
        Finding.project_id == project.id, Finding.tool == tool, Finding.rule_id == rule_id
    )
    _withdraw(session, project, SuggestionFinding.finding_id.in_(of_rule))
    refresh(session, project)


def _withdraw(session: Session, project: Project, unwanted: ColumnElement[bool]) -> None:
    """Take links away from the suggestions of open checklists, and then what is empty."""
    touched = session.scalars(_in_open_checklists(project).where(unwanted)).all()
    is_used = select(SuggestionFinding.id).where(SuggestionFinding.suggestion_id == Suggestion.id)
    for batch in batches(sorted(touched)):
        for statement in (
            delete(SuggestionFinding).where(SuggestionFinding.suggestion_id.in_(batch), unwanted),
            delete(Suggestion).where(Suggestion.id.in_(batch), ~is_used.exists()),
        ):
            session.execute(statement)
    _settle(session, project, set(touched))


def _in_open_checklists(project: Project) -> Select[int]:
    """Return the question for suggestions; a condition on the findings behind them may follow."""
    return (
        select(SuggestionFinding.suggestion_id)
        .join(Suggestion, Suggestion.id == SuggestionFinding.suggestion_id)
        .join(ChecklistItem, ChecklistItem.id == Suggestion.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(Checklist.project_id == project.id, Checklist.status == ChecklistStatus.OPEN)
        .distinct()
    )


def _settle(session: Session, project: Project, suggestion_ids: set[int]) -> None:
    """Let suggestions propose what the findings behind them do now."""
    is_weak = SuggestionFinding.confidence == Confidence.WEAK
    worst = func.min(case((is_weak, MILDEST_RANK), else_=Finding.severity_rank))
    proposed = case((worst > project.fail_threshold.rank, Outcome.PARTIAL), else_=Outcome.FAIL)
    for batch in batches(sorted(suggestion_ids)):
        rows = session.execute(
            select(SuggestionFinding.suggestion_id, proposed)
            .join(Finding, Finding.id == SuggestionFinding.finding_id)
            .where(SuggestionFinding.suggestion_id.in_(batch))
            .group_by(SuggestionFinding.suggestion_id)
        ).all()
        for outcome in (Outcome.PARTIAL, Outcome.FAIL):
            ids = [id_ for id_, found in rows if found == outcome]
            session.execute(
                update(Suggestion)
                .where(Suggestion.id.in_(ids), Suggestion.outcome != outcome)
                .values(outcome=outcome, updated_at=now())
            )
