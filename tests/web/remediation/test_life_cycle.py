"""A gap from its discovery to the verdict that closes it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from checklist_app.models import Remediation
from checklist_app.services.clock import now, today
from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.web.conftest import Visit
from tests.web.stage import set_stage

ITEM = "/projects/banca/checklists/1/items/IN-01"
WAIVED = "/projects/banca/checklists/1/items/IN-02"
PAGE = "/projects/banca/remediation"


@pytest.fixture(autouse=True)
def stage(session: Session, resources: Resources, cast: Cast) -> None:
    """IN-01 fails, its plan is Carla's and a day overdue; IN-02 passes in part and is waived."""
    set_stage(session, resources, cast)
    session.commit()


def plan(cast: Cast, **changes: object) -> dict[str, object]:
    due = today() + timedelta(days=3)
    form = {"plan": "Bind them", "owner_id": cast.bob.user_id, "due_on": due, "row_version": 1}
    return {**form, **changes}


def status(session: Session) -> str:
    session.rollback()
    found = session.query(Remediation).one().status.value
    session.expunge_all()
    session.rollback()
    return found


def advance(visit: Visit, name: str, wanted: str) -> int:
    return visit(name).post(f"{ITEM}/remediation/advance", {"status": wanted}).status_code


def test_the_contributor_takes_a_plan_as_far_as_the_retest(visit: Visit, session: Session) -> None:
    assert advance(visit, "carla", "ready_for_retest") == 409
    assert advance(visit, "carla", "fixing") == 303
    assert advance(visit, "carla", "ready_for_retest") == 303
    assert advance(visit, "carla", "closed") == 422
    assert advance(visit, "carla", "nonsense") == 422
    assert advance(visit, "vera", "fixing") == 403
    assert status(session) == "ready_for_retest"


@pytest.mark.parametrize(("outcome", "expected"), [("pass", "closed"), ("fail", "open")])
def test_only_a_reviewers_new_verdict_closes_it(
    visit: Visit, session: Session, outcome: str, expected: str
) -> None:
    advance(visit, "carla", "fixing")
    advance(visit, "carla", "ready_for_retest")
    verdict = {"outcome": outcome, "rationale": "Retested", "row_version": "2"}
    assert visit("bob").post(f"{ITEM}/verdict", verdict).status_code == 303
    assert status(session) == expected


def test_whoever_has_something_to_do_sees_it_first(visit: Visit) -> None:
    assert "IN-01" in visit("carla").get("/").text
    assert "IN-01" not in visit("bob").get("/").text


def test_an_overdue_plan_is_told_so_until_its_date_moves(visit: Visit, cast: Cast) -> None:
    bob = visit("bob")
    bob.post("/language", {"language": "en"})
    assert "verdue" in bob.get("/projects/banca").text
    row = re.search(r"IN-01.*?</(?:tr|li|article)>", bob.get(PAGE).text, re.DOTALL)
    assert row is not None
    assert "verdue" in row[0]
    assert bob.post(f"{ITEM}/remediation", plan(cast)).status_code == 303
    row = re.search(r"IN-01.*?</(?:tr|li|article)>", bob.get(PAGE).text, re.DOTALL)
    assert row is not None
    assert "verdue" not in row[0]


@pytest.mark.parametrize("view", ["due", "owner", "section", "nonsense"])
def test_the_page_groups_gaps_in_every_way(visit: Visit, view: str) -> None:
    answer = visit("vera").get(f"{PAGE}?view={view}")
    assert answer.status_code == 200
    assert "IN-01" in answer.text
    assert "IN-02" in answer.text


def test_a_stale_plan_shows_both_and_loses_nothing(visit: Visit, cast: Cast) -> None:
    bob = visit("bob")
    assert bob.post(f"{ITEM}/remediation", plan(cast, plan="Bob was first")).status_code == 303
    answer = visit("alice").post(f"{ITEM}/remediation", plan(cast, plan="Alice wrote too"))
    assert answer.status_code == 409
    assert "Bob was first" in answer.text
    assert "Alice wrote too" in answer.text


def test_a_plan_that_cannot_be_taken_comes_back(visit: Visit, cast: Cast) -> None:
    bob = visit("bob")
    for change in (
        {"plan": " "},
        {"plan": "x" * 20_001},
        {"due_on": "31/12/2030"},
        {"due_on": ""},
        {"owner_id": cast.charlie.user_id},
        {"owner_id": ""},
    ):
        answer = bob.post(f"{ITEM}/remediation", plan(cast, **change))
        assert answer.status_code == 422, change
        assert "plan" in change or "Bind them" in answer.text


def test_what_is_no_gap_needs_no_plan(visit: Visit, cast: Cast) -> None:
    open_item = ITEM.replace("IN-01", "IN-03")
    answer = visit("bob").post(f"{open_item}/remediation", plan(cast, row_version=0))
    assert answer.status_code == 409


def gap_count(visit: Visit) -> int:
    alice = visit("alice")
    alice.post("/language", {"language": "en"})
    found = re.search(r"<dt>open gaps</dt><dd[^>]*>(\d+)</dd>", alice.get("/projects/banca").text)
    assert found is not None
    return int(found[1])


def test_an_expired_waiver_counts_as_a_gap_again(visit: Visit) -> None:
    assert gap_count(visit) == 1
    with time_machine.travel(now() + timedelta(days=30)):
        assert gap_count(visit) == 1
    with time_machine.travel(now() + timedelta(days=31)):
        assert gap_count(visit) == 2


def test_a_waiver_is_revoked_and_granted_again(visit: Visit) -> None:
    alice = visit("alice")
    form = {"justification": "Behind the gateway", "expires_on": today() + timedelta(days=5)}
    assert alice.post(f"{WAIVED}/waiver", form).status_code == 409
    assert alice.post(f"{WAIVED}/waiver/revoke").status_code == 303
    assert gap_count(visit) == 2
    assert alice.post(f"{WAIVED}/waiver/revoke").status_code == 404
    assert alice.post(f"{WAIVED}/waiver", form).status_code == 303
    assert gap_count(visit) == 1


@pytest.mark.parametrize(
    ("justification", "expires_on"),
    [("", "2999-01-01"), ("Because", ""), ("Because", "soon"), ("Because", str(date(2020, 1, 1)))],
)
def test_a_waiver_needs_a_reason_and_an_end_to_come(
    visit: Visit, justification: str, expires_on: str
) -> None:
    form = {"justification": justification, "expires_on": expires_on}
    answer = visit("alice").post(f"{ITEM}/waiver", form)
    assert answer.status_code == 422
    assert justification in answer.text
