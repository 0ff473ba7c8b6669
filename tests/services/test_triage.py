"""What people say of findings: previewed to the letter, done, kept through scans, undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from checklist_app.domain.triage import ALREADY_FALSE, NO_GAP, NOT_YOURS, SelectionChanged
from checklist_app.domain.vocabulary import (
    FindingMark,
    FindingStatus,
    Outcome,
    RemediationStatus,
    Severity,
    TriageKind,
)
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Event,
    Finding,
    Project,
    Remediation,
    Suggestion,
    TriageAction,
    TriageMember,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.services import triage, triage_undo
from checklist_app.services.clock import now, pretend, today
from checklist_app.services.triage import Selection, Terms
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.services.test_scan_scopes import bring
from tests.statements import counted
from tests.web.stage import finding

ALL = Selection(None, FindingFilters())
SQL, MILD = finding("sql", 89), replace(finding("mild", 89, path="b.py"), severity=Severity.LOW)
FALSE, ACCEPT = TriageKind.FALSE_POSITIVE, TriageKind.ACCEPT
REOPEN, PLAN = TriageKind.REOPEN, TriageKind.REMEDIATE


@pytest.fixture
def bob(session: Session, cast: Cast) -> ProjectAccess:
    """A reviewer of a project with two findings that speak to IN-01."""
    make_checklist(session, cast.access("alice"))
    bring(session, cast, SQL, MILD)
    return cast.access("bob")


def do(
    session: Session,
    access: ProjectAccess,
    kind: TriageKind,
    selection: Selection = ALL,
    **terms: object,
) -> TriageAction:
    digest = triage.preview_action(session, access, kind, selection).digest
    said = replace(Terms(reason="Looked at it"), **terms)  # type: ignore[arg-type]
    action = triage.act(session, access, kind, selection, said, previewed=digest)
    session.expire_all()
    return action


def one(session: Session, rule: str = "sql") -> Selection:
    ids = session.scalars(select(Finding.id).where(Finding.rule_id == rule)).all()
    return Selection(tuple(ids), FindingFilters())


def marks(session: Session) -> dict[str, FindingMark | None]:
    rows = session.execute(select(Finding.rule_id, Finding.mark))
    return {row[0]: row[1] for row in rows}


def suggested(session: Session) -> Outcome | None:
    return session.scalar(select(Suggestion.outcome))


def test_a_preview_tells_all_and_changes_nothing(session: Session, bob: ProjectAccess) -> None:
    found = triage.preview_action(session, bob, FALSE, one(session))

    assert found.by_severity == {Severity.HIGH: 1}
    (effect,) = found.effects
    assert (effect.identifier, effect.verdict) == ("IN-01", None)
    assert effect.before == (Outcome.FAIL, 2)
    assert effect.after == (Outcome.PARTIAL, 1)
    session.expire_all()
    assert set(marks(session).values()) == {None}
    assert suggested(session) is Outcome.FAIL
    assert session.scalar(select(func.count()).select_from(TriageAction)) == 0


def test_what_was_previewed_is_what_happens(session: Session, bob: ProjectAccess) -> None:
    action = do(session, bob, FALSE, one(session))

    assert marks(session) == {"sql": FindingMark.FALSE_POSITIVE, "mild": None}
    assert suggested(session) is Outcome.PARTIAL
    event = session.scalars(select(Event).where(Event.name.like("project:finding:%"))).one()
    assert event.target == str(action.id)
    assert event.details["count"] == 1
    assert event.details["by_severity"] == {"high": 1}


def test_a_mark_outlives_every_import(session: Session, cast: Cast, bob: ProjectAccess) -> None:
    do(session, bob, FALSE)
    bring(session, cast, replace(SQL, title="Worded anew"), MILD)
    assert set(marks(session).values()) == {FindingMark.FALSE_POSITIVE}
    assert suggested(session) is None

    bring(session, cast)  # both are gone
    bring(session, cast, SQL, MILD)  # and reported again

    assert set(session.scalars(select(Finding.status))) == {FindingStatus.OPEN}
    assert set(marks(session).values()) == {FindingMark.FALSE_POSITIVE}
    assert suggested(session) is None


def test_no_verdict_changes_by_a_mark(session: Session, cast: Cast, bob: ProjectAccess) -> None:
    opened = item(session, bob, _checklist(session), "IN-01")
    record_verdict(session, opened, outcome=Outcome.FAIL, rationale="x", row_version=1)
    do(session, bob, FALSE)
    assert session.get_one(ChecklistItem, opened.item.id).outcome is Outcome.FAIL


def test_what_changed_since_the_preview_is_not_done(
    session: Session, cast: Cast, bob: ProjectAccess
) -> None:
    digest = triage.preview_action(session, bob, FALSE, ALL).digest
    bring(session, cast, SQL, MILD, finding("new", 89, path="c.py"))
    with pytest.raises(SelectionChanged):
        triage.act(session, bob, FALSE, ALL, Terms(reason="x"), previewed=digest)


def test_an_undo_gives_back_what_nobody_touched_since(
    session: Session, cast: Cast, bob: ProjectAccess
) -> None:
    first = do(session, bob, FALSE)
    do(session, bob, REOPEN, one(session))

    assert triage_undo.undo_action(session, bob, first.id) == (1, 1)
    session.expire_all()

    assert marks(session) == {"sql": None, "mild": None}
    kept = session.execute(
        select(Finding.rule_id, TriageMember.is_restored)
        .join(Finding, Finding.id == TriageMember.finding_id)
        .where(TriageMember.action_id == first.id)
    )
    assert {row[0]: row[1] for row in kept} == {"sql": False, "mild": True}
    with pytest.raises(Conflict):
        triage_undo.undo_action(session, bob, first.id)


def test_undoing_twice_steps_back_twice(session: Session, cast: Cast, bob: ProjectAccess) -> None:
    marked = do(session, bob, FALSE, one(session))
    reopened = do(session, bob, REOPEN, one(session))
    triage_undo.undo_action(session, bob, reopened.id)
    session.expire_all()
    assert marks(session)["sql"] is FindingMark.FALSE_POSITIVE
    assert triage_undo.undo_action(session, bob, marked.id) == (1, 0)
    session.expire_all()
    assert marks(session)["sql"] is None
    assert suggested(session) is Outcome.FAIL


def test_an_acceptance_ends_with_its_date(session: Session, cast: Cast, bob: ProjectAccess) -> None:
    alice = cast.access("alice")
    do(session, alice, ACCEPT, expires_on=today() + timedelta(days=3))
    assert suggested(session) is None
    with pytest.raises(InvalidInput):
        triage.preview_action(session, alice, FALSE, Selection(None, FindingFilters(mark="none")))

    with pretend(now() + timedelta(days=4)):
        assert triage_undo.expire_acceptances(session) == 2
        assert triage_undo.expire_acceptances(session) == 0
    session.expire_all()

    assert set(marks(session).values()) == {None}
    assert suggested(session) is Outcome.FAIL


def test_only_who_may_grant_waivers_accepts_and_ends_an_acceptance(
    session: Session, cast: Cast, bob: ProjectAccess
) -> None:
    with pytest.raises(Forbidden):
        triage.preview_action(session, bob, ACCEPT, ALL)
    action = do(session, cast.access("alice"), ACCEPT, expires_on=today())
    found = triage.preview_action(session, bob, REOPEN, ALL)
    assert not found.changed
    assert {str(one.reason) for one in found.refused} == {str(NOT_YOURS)}
    with pytest.raises(Forbidden):
        triage_undo.undo_action(session, bob, action.id)


def test_what_cannot_be_changed_is_told_with_its_reason(
    session: Session, bob: ProjectAccess
) -> None:
    do(session, bob, FALSE, one(session))
    found = triage.preview_action(session, bob, FALSE, ALL)
    assert [state.severity for state in found.changed] == [Severity.LOW]
    assert found.reasons == [(ALREADY_FALSE, 1)]


def test_nothing_to_change_does_nothing(session: Session, bob: ProjectAccess) -> None:
    with pytest.raises(Conflict):
        do(session, bob, REOPEN)


@pytest.mark.parametrize(
    ("kind", "terms", "field"),
    [
        (FALSE, Terms(reason="  "), "reason"),
        (FALSE, Terms(reason="x" * 50_000), "reason"),
        (ACCEPT, Terms(reason="x"), "expires_on"),
        (PLAN, Terms(reason="x"), "due_on"),
    ],
)
def test_a_missing_word_is_asked_for(
    session: Session, cast: Cast, bob: ProjectAccess, kind: TriageKind, terms: Terms, field: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        triage.act(session, cast.access("alice"), kind, ALL, terms, previewed="")
    assert error.value.field == field


def test_a_waiver_cannot_end_in_the_past(session: Session, cast: Cast, bob: ProjectAccess) -> None:
    terms = Terms(reason="x", expires_on=today() - timedelta(days=1))
    with pytest.raises(InvalidInput):
        triage.act(session, cast.access("alice"), ACCEPT, ALL, terms, previewed="")


def test_findings_of_other_projects_are_not_selected(
    session: Session, cast: Cast, bob: ProjectAccess
) -> None:
    ids = one(session)
    stranger = replace(bob, project=_project_of_charlie(session))
    with pytest.raises(InvalidInput):
        triage.preview_action(session, stranger, FALSE, ids)
    action = do(session, bob, FALSE)
    with pytest.raises(NotFound):
        triage_undo.undo_action(session, stranger, action.id)


def test_a_plan_is_made_for_each_gap_and_taken_back(
    session: Session, cast: Cast, bob: ProjectAccess
) -> None:
    before = triage.preview_action(session, bob, PLAN, ALL)
    assert before.reasons == [(NO_GAP, 2)]
    opened = item(session, bob, _checklist(session), "IN-01")
    record_verdict(session, opened, outcome=Outcome.FAIL, rationale="x", row_version=1)

    due = today() + timedelta(days=9)
    action = do(session, bob, PLAN, owner_id=cast.carla.user_id, due_on=due)

    plan = session.scalars(select(Remediation)).one()
    assert (plan.item_id, plan.plan, plan.due_on) == (opened.item.id, "Looked at it", due)
    assert triage_undo.undo_action(session, bob, action.id) == (2, 0)
    assert session.scalars(select(Remediation)).all() == []


def test_a_plan_that_somebody_moved_on_is_left(
    session: Session, cast: Cast, bob: ProjectAccess
) -> None:
    opened = item(session, bob, _checklist(session), "IN-01")
    record_verdict(session, opened, outcome=Outcome.FAIL, rationale="x", row_version=1)
    action = do(session, bob, PLAN, owner_id=cast.carla.user_id, due_on=today())
    session.scalars(select(Remediation)).one().status = RemediationStatus.FIXING
    session.flush()

    assert triage_undo.undo_action(session, bob, action.id) == (0, 2)

    assert session.scalars(select(Remediation)).all()
    assert session.get_one(TriageAction, action.id).details["left_plans"] == ["1/IN-01"]


def test_many_findings_take_no_more_statements_than_few(
    session: Session, cast: Cast, bob: ProjectAccess
) -> None:
    def sent(rules: Sequence[str]) -> int:
        bring(session, cast, *(finding(rule, 89, path=f"{rule}.py") for rule in rules))
        with counted(session.get_bind().engine) as statements:
            do(session, bob, FALSE, Selection(None, FindingFilters(mark="none")))
        return len(statements)

    few = sent([f"few-{n}" for n in range(3)])
    assert sent([f"many-{n}" for n in range(300)]) <= few


def _checklist(session: Session) -> Checklist:
    return session.scalars(select(Checklist)).one()


def _project_of_charlie(session: Session) -> Project:
    return session.scalars(select(Project).where(Project.name == "Ajeno")).one()
