"""A project may close what a newer scan of the same scope no longer reports."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.findings import FindingState
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import FindingStatus, GonePolicy, Severity
from checklist_app.models import Event, Finding, Suggestion
from checklist_app.services.projects import set_scan_policy
from tests.cast import Cast, make_checklist
from tests.services.test_scan_scopes import MONDAY, ONE, THREE, TWO, bring, states


@pytest.fixture
def closing(session: Session, cast: Cast) -> None:
    set_policy(session, cast, GonePolicy.CLOSE)


def set_policy(session: Session, cast: Cast, policy: GonePolicy) -> None:
    set_scan_policy(
        session,
        cast.access("alice"),
        fail_threshold=Severity.MEDIUM,
        freshness_days=90,
        gone_policy=policy,
    )
    session.flush()


def test_a_new_project_marks_and_closes_nothing(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO)

    account = bring(session, cast, ONE)

    assert (account["gone"], account["closed"]) == (1, 0)
    assert states(session)["rule-2"] is FindingStatus.GONE


@pytest.mark.usefixtures("closing")
def test_what_is_left_out_is_closed_and_the_account_says_so(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO)

    account = bring(session, cast, ONE, THREE)

    assert (account["gone"], account["closed"], account["new"]) == (1, 1, 1)
    assert states(session) == {
        "rule-1": FindingStatus.OPEN,
        "rule-2": FindingStatus.CLOSED,
        "rule-3": FindingStatus.OPEN,
    }
    told = session.scalars(select(Event).where(Event.name == "project:scan:import")).all()[-1]
    assert told.details["closed"] == 1


@pytest.mark.usefixtures("closing")
def test_what_comes_back_is_open_again_and_suggests_again(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    bring(session, cast, ONE)
    bring(session, cast)
    assert session.scalars(select(Suggestion)).all() == []

    account = bring(session, cast, ONE)

    assert account["reopened"] == 1
    assert states(session) == {"rule-1": FindingStatus.OPEN}
    assert session.scalars(select(Finding.gone_at)).all() == [None]
    assert session.scalars(select(Suggestion)).all()


@pytest.mark.usefixtures("closing")
def test_the_same_report_again_neither_closes_nor_reopens(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO)
    bring(session, cast, ONE)

    account = bring(session, cast, ONE)

    assert (account["gone"], account["closed"], account["reopened"]) == (0, 0, 0)
    assert states(session)["rule-2"] is FindingStatus.CLOSED


@pytest.mark.usefixtures("closing")
def test_a_scan_that_failed_in_part_closes_nothing(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO)

    account = bring(session, cast, ONE, problems=(text("The scan was aborted."),))

    assert (account["gone"], account["closed"]) == (0, 0)
    assert set(states(session).values()) == {FindingStatus.OPEN}


@pytest.mark.usefixtures("closing")
def test_an_older_report_leaves_what_is_closed(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO, started_at=MONDAY)
    bring(session, cast, ONE, started_at=MONDAY.replace(day=25))

    bring(session, cast, ONE, TWO, started_at=MONDAY.replace(day=24))

    assert states(session)["rule-2"] is FindingStatus.CLOSED


@pytest.mark.usefixtures("closing")
def test_what_a_tool_suppressed_is_not_closed(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, replace(TWO, state=FindingState.SUPPRESSED))

    account = bring(session, cast, ONE)

    assert account["closed"] == 0
    assert states(session)["rule-2"] is FindingStatus.GONE


def test_a_new_policy_leaves_what_is_past(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, TWO)
    bring(session, cast, ONE)

    set_policy(session, cast, GonePolicy.CLOSE)
    bring(session, cast, ONE)

    assert states(session)["rule-2"] is FindingStatus.GONE


def test_the_policy_is_in_the_audit_log_once(session: Session, cast: Cast) -> None:
    for _ in range(2):
        set_policy(session, cast, GonePolicy.CLOSE)

    events = session.scalars(select(Event).where(Event.name == "project:scan:policy")).all()
    assert [event.details["gone_policy"] for event in events] == ["close"]
    assert events[0].actor_id == cast.alice.user_id
