"""What keeps a gate closed, one item at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.gate import (
    GatePolicy,
    GateRule,
    ItemFacts,
    policy_in_force,
    shortfalls,
)
from checklist_app.domain.vocabulary import Outcome, ReviewStage, Severity

TODAY = date(2026, 11, 28)
GOOD = ItemFacts(
    level=1,
    outcome=Outcome.PASS,
    waived_until=None,
    evidence_on=TODAY,
    evidence_holds=True,
    review_stage=None,
    needs_review=False,
)
EVERYTHING = GatePolicy(
    severity=Severity.LOW,
    evidence_days=30,
    no_unassessed=True,
    no_unreviewed=True,
    waiver_days=7,
)


def rules(policy: GatePolicy, *, four_eyes: bool = False, **facts: Any) -> list[GateRule]:
    found = shortfalls(policy, replace(GOOD, **facts), TODAY, four_eyes=four_eyes)
    return [one.rule for one in found]


def test_a_fresh_pass_opens_every_gate() -> None:
    assert rules(EVERYTHING) == []


def test_a_fail_closes_it_until_a_waiver_is_in_force() -> None:
    assert rules(GatePolicy(), outcome=Outcome.FAIL) == [GateRule.OPEN_FAIL]
    assert rules(GatePolicy(), outcome=Outcome.FAIL, waived_until=TODAY) == []
    ended = TODAY - timedelta(days=1)
    assert rules(GatePolicy(), outcome=Outcome.FAIL, waived_until=ended) == [GateRule.OPEN_FAIL]
    assert rules(GatePolicy(no_open_fail=False), outcome=Outcome.FAIL) == []


def test_not_assessed_is_no_fail_and_counts_only_where_it_is_asked_for() -> None:
    assert rules(GatePolicy(), outcome=None) == []
    assert rules(EVERYTHING, outcome=None) == [GateRule.NOT_ASSESSED]


@pytest.mark.parametrize(("age", "closed"), [(29, False), (30, False), (31, True)])
def test_evidence_may_be_as_old_as_was_said(age: int, closed: bool) -> None:
    found = rules(EVERYTHING, evidence_on=TODAY - timedelta(days=age))
    assert found == ([GateRule.OLD_EVIDENCE] if closed else [])


def test_evidence_that_expired_is_too_old_however_new_it_is() -> None:
    assert rules(EVERYTHING, evidence_holds=False) == [GateRule.OLD_EVIDENCE]


@pytest.mark.parametrize(
    ("stage", "four_eyes", "closed"),
    [
        (None, False, False),
        (None, True, True),
        (ReviewStage.ACCEPTED, True, False),
        (ReviewStage.WAITING, False, True),
        (ReviewStage.SENT_BACK, True, True),
    ],
)
def test_a_verdict_waits_until_a_second_person_accepted_it(
    stage: ReviewStage | None, four_eyes: bool, closed: bool
) -> None:
    found = rules(EVERYTHING, review_stage=stage, four_eyes=four_eyes)
    assert found == ([GateRule.NOT_REVIEWED] if closed else [])


def test_what_came_from_an_earlier_round_waits_for_another_look() -> None:
    assert rules(EVERYTHING, needs_review=True) == [GateRule.NOT_REVIEWED]


@pytest.mark.parametrize(("days", "closed"), [(7, True), (8, False)])
def test_a_waiver_that_ends_soon_closes_it_before_the_gap_does(days: int, closed: bool) -> None:
    last = TODAY + timedelta(days=days)
    found = rules(EVERYTHING, outcome=Outcome.FAIL, waived_until=last)
    assert found == ([GateRule.WAIVER_ENDS] if closed else [])


def test_levels_above_the_wanted_one_do_not_count() -> None:
    policy = GatePolicy(level=1)
    assert rules(policy, level=2, outcome=Outcome.FAIL) == []
    assert rules(policy, level=None, outcome=Outcome.FAIL) == [GateRule.OPEN_FAIL]


def test_a_pipeline_asks_for_more_and_never_for_less() -> None:
    own = GatePolicy(
        level=2, no_open_fail=False, severity=Severity.HIGH, evidence_days=30, waiver_days=7
    )
    looser = GatePolicy(
        level=1, no_open_fail=False, severity=Severity.CRITICAL, evidence_days=90, waiver_days=1
    )
    assert policy_in_force(own, looser) == own
    found = policy_in_force(own, replace(EVERYTHING, level=3))
    assert found == GatePolicy(
        level=3,
        no_open_fail=True,
        severity=Severity.LOW,
        evidence_days=30,
        no_unassessed=True,
        no_unreviewed=True,
        waiver_days=7,
    )
    assert policy_in_force(GatePolicy(), looser).level is None


def test_without_a_policy_of_the_project_open_fails_are_looked_at_in_any_case() -> None:
    asked = GatePolicy(level=1, no_open_fail=False)
    assert policy_in_force(None, asked) == GatePolicy(level=1, no_open_fail=True)


@pytest.mark.parametrize("wrong", [{"level": 0}, {"evidence_days": 0}, {"waiver_days": -1}])
def test_numbers_have_bounds(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidInput):
        GatePolicy(**wrong).check()  # type: ignore[arg-type]
