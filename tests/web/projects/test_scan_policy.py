"""An owner says from which severity a finding proposes to fail, and how long a scan is fresh."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import GonePolicy, Outcome, Severity
from checklist_app.models import Suggestion
from tests.cast import Cast, make_checklist
from tests.services.test_scan_scopes import bring
from tests.web.conftest import Visit
from tests.web.stage import finding

EDIT = "/projects/banca/edit"
FORM = {"name": "Banca", "language": "es", "fail_threshold": "medium", "freshness_days": "90"}


@pytest.fixture
def outcome(session: Session, cast: Cast) -> Outcome:
    """What a finding of the stage's severity proposes at first."""
    make_checklist(session, cast.access("alice"))
    bring(session, cast, finding("sql", 89))
    session.commit()
    found = proposed(session)
    session.rollback()
    return found


def proposed(session: Session) -> Outcome:
    session.expire_all()
    (found,) = set(session.scalars(select(Suggestion.outcome)))
    return found


def test_a_stricter_and_a_milder_threshold_change_what_is_proposed(
    session: Session, visit: Visit, outcome: Outcome
) -> None:
    assert outcome is Outcome.FAIL
    alice = visit("alice")

    assert alice.post(EDIT, {**FORM, "fail_threshold": "critical"}).status_code == 303
    assert proposed(session) is Outcome.PARTIAL
    session.rollback()

    assert alice.post(EDIT, {**FORM, "fail_threshold": "info"}).status_code == 303
    assert proposed(session) is Outcome.FAIL


def test_a_later_report_is_measured_by_the_threshold(
    session: Session, cast: Cast, visit: Visit
) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()
    visit("alice").post(EDIT, {**FORM, "fail_threshold": "critical"})
    session.expire_all()

    bring(session, cast, finding("sql", 89))

    assert proposed(session) is Outcome.PARTIAL


@pytest.mark.parametrize("days", ["0", "-1", "3651", "soon", ""])
def test_days_out_of_range_are_refused_and_nothing_is_saved(
    session: Session, cast: Cast, visit: Visit, days: str
) -> None:
    answer = visit("alice").post(EDIT, {**FORM, "fail_threshold": "low", "freshness_days": days})

    assert answer.status_code == 422
    session.expire_all()
    assert cast.project.fail_threshold is Severity.MEDIUM
    assert cast.project.freshness_days == 90


def test_an_unknown_severity_is_refused(visit: Visit) -> None:
    answer = visit("alice").post(EDIT, {**FORM, "fail_threshold": "dreadful"})

    assert answer.status_code == 422


def test_the_form_sets_what_a_newer_scan_does(session: Session, cast: Cast, visit: Visit) -> None:
    alice = visit("alice")

    assert alice.post(EDIT, {**FORM, "gone_policy": "close"}).status_code == 303
    session.expire_all()
    assert cast.project.gone_policy is GonePolicy.CLOSE
    session.rollback()

    assert alice.post(EDIT, {**FORM, "gone_policy": "forget"}).status_code == 422
    session.expire_all()
    assert cast.project.gone_policy is GonePolicy.CLOSE
