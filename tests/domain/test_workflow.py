"""The rules of assessing, repairing and closing."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from itertools import product

import pytest

from checklist_app.domain import workflow
from checklist_app.domain.errors import Conflict, InvalidInput
from checklist_app.domain.vocabulary import ChecklistStatus, Outcome, RemediationStatus

DAY = date(2026, 5, 17)


def rests(outcome: Outcome, rationale: str, evidence: int, findings: int) -> bool:
    """Say by the words of the rule whether an outcome has what it needs."""
    return {
        Outcome.PASS: evidence > 0,
        Outcome.PARTIAL: bool(rationale.strip()),
        Outcome.NOT_APPLICABLE: bool(rationale.strip()),
        Outcome.FAIL: bool(rationale.strip()) or findings > 0,
    }[outcome]


@pytest.mark.parametrize(
    ("outcome", "rationale", "evidence", "findings"),
    list(product(Outcome, ("", " \n", "because"), (0, 1), (0, 2))),
)
def test_a_verdict_rests_on_what_its_outcome_needs(
    outcome: Outcome, rationale: str, evidence: int, findings: int
) -> None:
    refused = pytest.raises(InvalidInput)
    with nullcontext() if rests(outcome, rationale, evidence, findings) else refused:
        workflow.check_verdict(outcome, rationale, evidence_count=evidence, finding_count=findings)


def test_a_rationale_may_be_long_and_not_endless() -> None:
    longest = "x" * workflow.LONGEST_RATIONALE
    workflow.check_verdict(Outcome.FAIL, longest, evidence_count=0, finding_count=0)
    with pytest.raises(InvalidInput):
        workflow.check_verdict(Outcome.FAIL, longest + "x", evidence_count=0, finding_count=0)


def test_a_signed_off_checklist_is_closed() -> None:
    workflow.check_open(ChecklistStatus.OPEN)
    with pytest.raises(Conflict):
        workflow.check_open(ChecklistStatus.SIGNED_OFF)


@pytest.mark.parametrize(("current", "wanted"), list(product(RemediationStatus, RemediationStatus)))
def test_a_remediation_goes_one_step_at_a_time(
    current: RemediationStatus, wanted: RemediationStatus
) -> None:
    steps = {("open", "fixing"), ("fixing", "open"), ("fixing", "ready_for_retest")}
    steps.add(("ready_for_retest", "fixing"))
    if (current, wanted) in steps:
        workflow.check_remediation_step(current, wanted)
        return
    expected = InvalidInput if wanted is RemediationStatus.CLOSED else Conflict
    with pytest.raises(expected):
        workflow.check_remediation_step(current, wanted)


@pytest.mark.parametrize(("status", "outcome"), list(product(RemediationStatus, Outcome)))
def test_a_verdict_closes_a_plan_or_sends_it_back_to_work(
    status: RemediationStatus, outcome: Outcome
) -> None:
    after = workflow.remediation_after_verdict(status, outcome)
    if outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE):
        assert after is RemediationStatus.CLOSED
    else:
        assert after in (RemediationStatus.OPEN, RemediationStatus.FIXING)
        assert after is status or status is not RemediationStatus.FIXING


@pytest.mark.parametrize(
    ("ends", "holds"),
    [(None, False), (date(2026, 5, 16), False), (DAY, True), (date(2026, 5, 18), True)],
)
def test_a_waiver_holds_to_the_end_of_its_last_day(ends: date | None, holds: bool) -> None:
    assert workflow.is_waived(ends, DAY) is holds


@pytest.mark.parametrize(
    ("due", "status", "late"),
    [
        (date(2026, 5, 16), RemediationStatus.OPEN, True),
        (date(2026, 5, 16), RemediationStatus.CLOSED, False),
        (DAY, RemediationStatus.OPEN, False),
    ],
)
def test_a_plan_is_overdue_from_the_day_after(
    due: date, status: RemediationStatus, late: bool
) -> None:
    assert workflow.is_overdue(due, status, DAY) is late
