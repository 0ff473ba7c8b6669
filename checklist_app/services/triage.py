"""People say what they think of many findings at once: previewed, confirmed, undone.

Marks belong to people and statuses to tools: an import never touches a mark, so a false positive
stays one when it is reported again, and no verdict ever changes by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict, InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.triage import MOST_AT_ONCE, MarkState, SelectionChanged, refusal
from checklist_app.domain.vocabulary import FindingMark, TriageKind
from checklist_app.domain.workflow import LONGEST_RATIONALE
from checklist_app.models import Finding, Project, TriageAction
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.finding_filters import FindingFilters, conditions
from checklist_app.services import audit, suggestions, triage_plans
from checklist_app.services.clock import now, today
from checklist_app.services.members import check_member
from checklist_app.services.triage_effects import (
    Preview,
    Refused,
    effects_between,
    suggested_now,
)
from checklist_app.services.triage_rows import note_members, set_mark

ALSO_NEEDED = {
    TriageKind.ACCEPT: Permission.WAIVER_GRANT,
    TriageKind.REMEDIATE: Permission.REMEDIATION_PLAN,
}
MARKS = {
    TriageKind.FALSE_POSITIVE: FindingMark.FALSE_POSITIVE,
    TriageKind.ACCEPT: FindingMark.ACCEPTED,
    TriageKind.REOPEN: None,
}


@dataclass(frozen=True, slots=True)
class Selection:
    """The findings that somebody ticked, or all that the filters match when ``ids`` is None."""

    ids: tuple[int, ...] | None
    filters: FindingFilters


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person says with an action.

    Attributes:
        reason: why; the plan of a remediation.
        expires_on: the last day of an acceptance.
        owner_id: who carries a plan out.
        due_on: until when.
    """

    reason: str = ""
    expires_on: date | None = None
    owner_id: int = 0
    due_on: date | None = None


def may_do(access: ProjectAccess, kind: TriageKind) -> bool:
    """Whether somebody may do this to findings of the project."""
    needed = ALSO_NEEDED.get(kind, Permission.FINDING_TRIAGE)
    return access.allows(Permission.FINDING_TRIAGE) and access.allows(needed)


def preview_action(
    session: Session, access: ProjectAccess, kind: TriageKind, selection: Selection
) -> Preview:
    """Return exactly what an action would do, by doing it and taking it back; nothing is changed.

    Raises:
        Forbidden: the role does not allow this kind.
        InvalidInput: nothing is selected, or more than one action may change.
    """
    require_kind(access, kind)
    one_at_a_time(session, access)
    trial = session.begin_nested()
    try:
        return _carry_out(session, access, kind, selection, Terms(expires_on=today()), None)
    finally:
        trial.rollback()


def act(
    session: Session,
    access: ProjectAccess,
    kind: TriageKind,
    selection: Selection,
    terms: Terms,
    *,
    previewed: str,
) -> TriageAction:
    """Do what was previewed: one action, one event, and each finding knows what it was before.

    Args:
        session: the transaction of the caller.
        access: who does it.
        kind: what is done.
        selection: to which findings.
        terms: the reason, and what else the kind asks for.
        previewed: the digest of the preview that was confirmed.

    Raises:
        Forbidden: the role does not allow this kind.
        InvalidInput: a reason, a date or an owner is missing; or nothing is selected.
        SelectionChanged: something else would happen than what was previewed.
    """
    require_kind(access, kind)
    check_terms(session, access, kind, terms)
    one_at_a_time(session, access)
    action = TriageAction(
        project_id=access.project.id,
        kind=kind,
        reason=terms.reason.strip(),
        expires_on=terms.expires_on if kind is TriageKind.ACCEPT else None,
        details={},
        acted_by_id=access.actor.user_id,
        created_at=now(),
    )
    session.add(action)
    session.flush()
    done = _carry_out(session, access, kind, selection, terms, action)
    if done.digest != previewed:
        raise SelectionChanged
    if not done.changed:
        raise Conflict(text("None of these findings can be changed so. Nothing was done."))
    counted = {severity.value: number for severity, number in done.by_severity.items()}
    action.details = {
        **action.details,
        "count": len(done.changed),
        "refused": len(done.refused),
        "by_severity": counted,
    }
    record_action(session, access, f"project:finding:{kind.value}", action)
    return action


def check_terms(session: Session, access: ProjectAccess, kind: TriageKind, terms: Terms) -> None:
    """Raise InvalidInput, naming the field, when an action lacks its reason, date or owner."""
    if not terms.reason.strip():
        raise InvalidInput(text("Please say what and why."), field="reason")
    if len(terms.reason) > LONGEST_RATIONALE:
        raise InvalidInput(
            text("The text is longer than %(limit)s characters.", limit=LONGEST_RATIONALE),
            field="reason",
        )
    if kind is TriageKind.ACCEPT:
        if terms.expires_on is None:
            raise InvalidInput(text("Please give a date."), field="expires_on")
        if terms.expires_on < today():
            raise InvalidInput(
                text("The end of a waiver must not lie in the past."), field="expires_on"
            )
    if kind is TriageKind.REMEDIATE:
        if terms.due_on is None:
            raise InvalidInput(text("Please give a date."), field="due_on")
        check_member(session, access, terms.owner_id, field="owner_id")


def require_kind(access: ProjectAccess, kind: TriageKind) -> None:
    """Raise Forbidden unless somebody may do this to findings of the project."""
    access.require(Permission.FINDING_TRIAGE)
    access.require(ALSO_NEEDED.get(kind, Permission.FINDING_TRIAGE))


def one_at_a_time(session: Session, access: ProjectAccess) -> None:
    """Let what marks findings of a project take effect one after another."""
    session.execute(select(Project.id).where(Project.id == access.project.id).with_for_update())


def _carry_out(
    session: Session,
    access: ProjectAccess,
    kind: TriageKind,
    selection: Selection,
    terms: Terms,
    action: TriageAction | None,
) -> Preview:
    states, titles = _selected(session, access, selection)
    may_waive = access.allows(Permission.WAIVER_GRANT)
    refusals = {state.id: refusal(kind, state, today(), may_waive=may_waive) for state in states}
    free = [state for state in states if refusals[state.id] is None]
    planned = []
    if kind is TriageKind.REMEDIATE:
        found = triage_plans.plans_for(session, access, [state.id for state in free])
        refusals |= found.refusals
        planned = found.items
    changed = [state for state in states if refusals[state.id] is None]
    refused = [
        Refused(state, titles[state.id], reason)
        for state in states
        if (reason := refusals[state.id]) is not None
    ]
    if action is not None:
        note_members(session, action, changed)
    if kind is TriageKind.REMEDIATE:
        if action is not None and terms.due_on is not None:
            triage_plans.make_plans(
                session, access, action, planned, owner_id=terms.owner_id, due_on=terms.due_on
            )
        return Preview(kind, changed, refused, [], planned)
    before = suggested_now(session, access.project)
    set_mark(session, changed, MARKS[kind], terms.expires_on, action)
    suggestions.refresh(session, access.project)
    after = suggested_now(session, access.project)
    effects = effects_between(session, access.project, before, after)
    return Preview(kind, changed, refused, effects, planned)


def _selected(
    session: Session, access: ProjectAccess, selection: Selection
) -> tuple[list[MarkState], dict[int, str]]:
    """Return what is selected, worst first, of this project only."""
    wanted = conditions(access, selection.filters, today())
    if selection.ids is not None:
        wanted = [Finding.project_id == access.project.id, Finding.id.in_(selection.ids)]
    rows = session.execute(
        select(
            Finding.id,
            Finding.severity,
            Finding.status,
            Finding.mark,
            Finding.marked_until,
            Finding.mark_action_id,
            Finding.title,
        )
        .where(*wanted)
        .order_by(Finding.severity_rank, Finding.id)
        .limit(MOST_AT_ONCE + 1)
    ).all()
    if not rows:
        raise InvalidInput(text("Select at least one finding first."), field="finding")
    if len(rows) > MOST_AT_ONCE:
        raise InvalidInput(
            text(
                "One action changes at most %(count)s findings. Narrow the filter first.",
                count=MOST_AT_ONCE,
            ),
            field="finding",
        )
    return [MarkState(*row[:6]) for row in rows], {row.id: row.title for row in rows}


def record_action(session: Session, access: ProjectAccess, name: str, action: TriageAction) -> None:
    """Leave the event of an action, with its counts."""
    session.flush()
    audit.record(
        session,
        access.actor,
        name,
        str(action.id),
        project_id=access.project.id,
        kind=action.kind.value,
        **{
            key: action.details[key]
            for key in ("count", "by_severity", "refused", "restored", "left")
            if key in action.details
        },
    )
